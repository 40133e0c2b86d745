"""Hidden checks of sampling/self_bleu."""

from autograder.checks import fail, points, read_float, read_floats, require, require_raises, unchanging

WORDS = ["the", "The", "a", "dragon", "Dragon", "knight", "castle", "gold", "flew", "slept", "old", "in", "of"]
ENDS = [".", "!", "?", "", ", she said.", "\n\nThe end."]
PHRASES = ["ドラゴンが", "騎士は", "空を飛んだ。", "城へ行った。", "古い山で", "眠っていた。", "ある日、", "そして"]


def sentence(rng, n_words):
    return " ".join(rng.choice(WORDS) for _ in range(n_words)) + rng.choice(ENDS)


def story_set(rng, n_texts=None):
    """Texts of 8 to 16 words, three to six unless said, which share pieces as sampled stories do."""
    pieces = [sentence(rng, 4) for _ in range(5)]
    return [
        f"{rng.choice(pieces)} {rng.choice(pieces)} {sentence(rng, rng.randint(0, 8))}"
        for _ in range(n_texts or rng.randint(3, 6))
    ]


def largest_gap(scores, expected):
    return max(abs(score - wanted) for score, wanted in zip(scores, expected, strict=True))


def read_scores(student, texts):
    return read_floats(student.self_bleu(texts), "self_bleu", length=len(texts))


def require_scores(scores, expected, *, ja, en):
    """Scores equal within 0.01; `ja` and `en` say what to look at otherwise."""
    worst = largest_gap(scores, expected)
    require(
        worst <= 0.01,
        ja=f"self_bleu: スコアが最大 {worst:.2f} ずれています。{ja}",
        en=f"self_bleu: scores are off by up to {worst:.2f}. {en}",
    )


@points(2)
def test_agrees_with_the_reference_on_random_texts(student, reference, rng):
    """ランダムなテキストでも、残りすべてを参照とした BLEU になります。

    Random texts, too, get their BLEU against all the others.
    """
    for n_texts in (*[None] * 8, 18):
        texts = story_set(rng, n_texts)
        if n_texts:  # one in capitals, and one that breaks a line in the middle of a word
            texts[3], texts[7] = texts[5].upper(), "a well-\nknown old dragon slept in " + texts[6]
        scores, expected = read_scores(student, texts), reference.self_bleu(texts)
        # against its first other text only, as with one reference stream
        one_reference = [reference.self_bleu([text, texts[0 if index else 1]])[0] for index, text in enumerate(texts)]
        is_wrong = largest_gap(scores, expected) > 0.01
        if is_wrong and largest_gap(scores, one_reference) <= 0.01:
            fail(
                ja="self_bleu: 残りのテキストのうち、最初の 1 つだけを参照にした値です。残りをすべて参照にしてください。",
                en="self_bleu: these are the scores with only the first of the other texts as reference. Use all of them.",
                mistake="uses_only_the_first_other",
            )
        if is_wrong and largest_gap([100 * score for score in scores], expected) <= 0.01:
            fail(
                ja="self_bleu: 正しい値の 100 分の 1 です。sacrebleu のスコアのまま、0 から 100 で返してください。",
                en="self_bleu: a hundredth of the right values. Return sacrebleu's scores as they are, from 0 to 100.",
            )
        require_scores(
            scores,
            expected,
            ja="自分以外のすべてを一度に参照として渡し、大文字・小文字や記号はそのまま sacrebleu に任せてください。",
            en="Pass all the others as references at once, and leave case and punctuation to sacrebleu.",
        )


@points(1)
def test_scores_short_texts(student, reference, rng):
    """4 語に満たない短いテキストや空のテキストにも、正しいスコアがつきます。

    Texts of fewer than four words, and empty ones, get the right score too.
    """
    words = ["a", "red", "dragon", "flew"]
    for _ in range(10):
        texts = [" ".join(rng.choice(words) for _ in range(rng.randint(1, 3))) for _ in range(4)]
        texts.insert(rng.randint(0, 4), "")
        texts += [texts[0] or texts[1], ""]
        require_scores(
            read_scores(student, texts),
            reference.self_bleu(texts),
            ja="ここだけがずれるなら、文単位の設定（effective order）になっているか、空のテキストを飛ばしていないか確かめてください。",
            en="If only this check fails, see that the sentence-level setting (effective order) is on and that no empty text is skipped.",
        )


@points(1)
def test_counts_equal_texts_as_references(student, reference, rng):
    """同じテキストが何度か現れても、1 つ 1 つが参照になります。

    When a text occurs more than once, each occurrence is a reference.
    """
    for _ in range(5):
        texts = story_set(rng)
        texts += rng.sample(texts, 2)
        rng.shuffle(texts)
        require_scores(
            read_scores(student, texts),
            reference.self_bleu(texts),
            ja="ここだけがずれるなら、参照の外し方を見直してください。外すのは、その位置にある 1 つだけです。",
            en="If only this check fails, look at what you leave out of the references: only the text at that position.",
        )


@points(1)
def test_scores_japanese_with_the_default_tokenizer(student, reference, rng):
    """日本語のテキストも、sacrebleu の既定の区切り方で測ります。

    Japanese texts are measured with sacrebleu's default tokenizer as well.
    """
    for _ in range(5):
        texts = [" ".join(rng.choice(PHRASES) for _ in range(rng.randint(4, 7))) for _ in range(4)]
        texts += ["".join(rng.sample(PHRASES, 3)) for _ in range(2)]
        require_scores(
            read_scores(student, texts),
            reference.self_bleu(texts),
            ja="ここだけがずれるなら、テキストの区切り方を見直してください。日本語でも既定のままです。",
            en="If only this check fails, look at the tokenizer: it stays at its default for Japanese, too.",
        )


@points(1)
def test_average_is_the_mean_of_the_scores(student, reference, rng):
    """どのテキストの組でも、average_self_bleu は各スコアの平均です。

    For any set of texts, average_self_bleu is the mean of the single scores.
    """
    for n_texts in (*[None] * 5, 18):
        texts = story_set(rng, n_texts)
        texts += rng.sample(texts, 2)  # equal scores count as often as they come
        average = read_float(student.average_self_bleu(texts), "average_self_bleu")
        off = abs(average - reference.average_self_bleu(texts))
        require(
            off <= 0.01,
            ja=f"average_self_bleu: 平均が {off:.2f} ずれています。self_bleu が正しければ、その値を足してテキストの数で割るだけです。",
            en=f"average_self_bleu: the mean is off by {off:.2f}. Once self_bleu is right, add up its values and divide by their number.",
        )


@points(1)
def test_two_texts_are_enough_and_fewer_are_refused(student, reference, rng):
    """テキストは 2 つあれば測れ、それより少なければどちらの関数も ValueError を出します。

    Two texts are enough; for fewer, both functions raise ValueError.
    """
    texts = story_set(rng, 2)
    require_scores(
        read_scores(student, texts),
        reference.self_bleu(texts),
        ja="テキストが 2 つのときは、互いが相手の参照になります。",
        en="With two texts, each is the other's reference.",
    )
    for too_few in (texts[:1], []):
        require_raises(ValueError, student.self_bleu, too_few)
        require_raises(ValueError, student.average_self_bleu, too_few)


@points(0.5)
def test_leaves_its_arguments_as_they_were(student, rng):
    """渡されたリストは、呼び出しのあとも変わりません。

    The list that is passed stays as it was.
    """
    texts = [f" {text}\n" for text in story_set(rng)]
    asked = unchanging(student)
    read_floats(asked.self_bleu(texts), "self_bleu", length=len(texts))
    read_float(asked.average_self_bleu(texts), "average_self_bleu")
