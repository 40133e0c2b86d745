"""Typical mistakes of sampling/self_bleu."""

import sacrebleu

from autograder.mistakes import mistake


def others(texts, index):
    return texts[:index] + texts[index + 1 :]


@mistake(
    of="self_bleu",
    caught_by="test_uses_all_the_other_texts_as_references",
    ja="残りのテキストのうち、最初の 1 つしか参照になっていません。corpus_bleu の参照は「参照の系列のリスト」で、"
    "内側のリストの k 番目は k 番目の仮説のための参照です。仮説が 1 つなら、2 番目以降は黙って捨てられます。",
    en="Only the first of the other texts serves as a reference. corpus_bleu takes a list of reference streams, and the "
    "k-th entry of a stream belongs to the k-th hypothesis. With one hypothesis the later entries are silently ignored.",
)
def uses_only_the_first_other(texts):
    if len(texts) < 2:
        raise ValueError
    return [sacrebleu.corpus_bleu([text], [others(texts, index)]).score for index, text in enumerate(texts)]


@mistake(
    of="self_bleu",
    caught_by="test_uses_all_the_other_texts_as_references",
    ja="参照の中に、測ろうとしているテキスト自身が入っています。これでは、どんなテキストでも 100 になります。",
    en="The text being measured is among its own references. That gives 100 to every text.",
)
def includes_the_text_itself(texts):
    if len(texts) < 2:
        raise ValueError
    return [sacrebleu.sentence_bleu(text, texts).score for text in texts]


@mistake(
    of="self_bleu",
    caught_by="test_uses_all_the_other_texts_as_references",
    ja="ほかのテキスト 1 つずつと比べたスコアを平均しています。BLEU は参照をいくつでも同時に使えます。"
    "どれか 1 つの参照にあれば、その n-gram は一致したと数えます。",
    en="You average the scores against one other text at a time. BLEU takes several references at once: "
    "an n-gram matches if any of them contains it.",
)
def averages_over_pairs(texts):
    if len(texts) < 2:
        raise ValueError
    scores = []
    for index, text in enumerate(texts):
        references = others(texts, index)
        scores.append(sum(sacrebleu.sentence_bleu(text, [one]).score for one in references) / len(references))
    return scores


@mistake(
    of="self_bleu",
    caught_by="test_scores_short_texts",
    ja="effective order が切れています。4 語に満たないテキストには 4-gram が 1 つもないので、中身によらず 0 になってしまいます。",
    en="Effective order is off. A text of fewer than four words has no 4-gram at all, so it scores 0 whatever it says.",
)
def leaves_effective_order_off(texts):
    if len(texts) < 2:
        raise ValueError
    metric = sacrebleu.BLEU()
    return [metric.sentence_score(text, others(texts, index)).score for index, text in enumerate(texts)]


@mistake(
    of="self_bleu",
    caught_by="test_equal_texts_score_100",
    ja="自分を「同じ文字列」で探して外しています。すると、たまたま同じ文になったほかのテキストまで参照から消えます。"
    "同じ文が何度も出ることこそ、多様でない証拠です。",
    en="You leave out whatever has the same characters, so another text that happens to be equal disappears from the "
    "references as well. Equal texts are the very sign of little diversity.",
)
def excludes_equal_texts(texts):
    if len(texts) < 2:
        raise ValueError
    return [sacrebleu.sentence_bleu(text, [one for one in texts if one != text]).score for text in texts]


@mistake(
    of="self_bleu",
    caught_by="test_scores_japanese_with_the_default_tokenizer",
    ja="テキストを 1 文字ずつに区切って測っています。この課題では、sacrebleu の既定の区切り方のまま測ります。",
    en="You measure character by character. This exercise keeps sacrebleu's default tokenizer.",
)
def splits_characters(texts):
    if len(texts) < 2:
        raise ValueError
    return [
        sacrebleu.sentence_bleu(text, others(texts, index), tokenize="char").score for index, text in enumerate(texts)
    ]


@mistake(
    of="self_bleu",
    caught_by="test_refuses_fewer_than_two_texts",
    ja="テキストが 1 つ以下のときを考えていません。比べる相手がいないので、計算を始める前に ValueError を出します。",
    en="The case of fewer than two texts is not covered. There is nothing to compare with: raise ValueError first.",
)
def does_not_count_the_texts(texts):
    return [sacrebleu.sentence_bleu(text, others(texts, index)).score for index, text in enumerate(texts)]


@mistake(
    of="average_self_bleu",
    caught_by="test_averages_the_scores",
    ja="スコアを足しただけで、テキストの数で割っていません。平均なら 0 から 100 の間に収まります。",
    en="The scores are added up but not divided by the number of texts. A mean stays between 0 and 100.",
)
def forgets_to_divide(texts):
    return sum(self_bleu(texts))


@mistake(
    of="average_self_bleu",
    caught_by="test_average_is_the_mean_of_the_scores",
    ja="全体を 1 つのコーパスとして BLEU を計算しています。それは n-gram の数を全体で合計した値で、"
    "テキストごとのスコアの平均とは違います。",
    en="You compute one BLEU for the whole set as a corpus. That pools the n-gram counts of all texts, "
    "which is not the mean of the single scores.",
)
def scores_the_set_as_a_corpus(texts):
    if len(texts) < 2:
        raise ValueError
    streams = [[texts[(index + shift) % len(texts)] for index in range(len(texts))] for shift in range(1, len(texts))]
    return sacrebleu.corpus_bleu(texts, streams).score


@mistake(
    of="self_bleu",
    caught_by="test_agrees_with_the_reference_on_random_texts",
    ja="比べる前に、すべて小文字に直しています。大文字と小文字は区別したまま sacrebleu に渡してください。",
    en="Everything is put into lower case first. Pass the texts to sacrebleu with their case as it is.",
)
def lower_cases_the_texts(texts):
    if len(texts) < 2:
        raise ValueError
    lower = [text.lower() for text in texts]
    return [sacrebleu.sentence_bleu(text, others(lower, index)).score for index, text in enumerate(lower)]


@mistake(
    of="self_bleu",
    caught_by="test_uses_all_the_other_texts_as_references",
    ja="0 から 1 の値になっています。sacrebleu のスコアは 0 から 100 なので、そのまま返してください。",
    en="The values run from 0 to 1. Return sacrebleu's scores as they are, from 0 to 100.",
)
def scales_to_1(texts):
    if len(texts) < 2:
        raise ValueError
    return [sacrebleu.sentence_bleu(text, others(texts, index)).score / 100 for index, text in enumerate(texts)]


@mistake(
    of="self_bleu",
    caught_by="test_agrees_with_the_reference_on_random_texts",
    ja="スコアを小さい順に並べて返しています。i 番目のスコアは、i 番目のテキストのものです。",
    en="The scores come back sorted. The i-th score belongs to the i-th text.",
)
def sorts_the_scores(texts):
    if len(texts) < 2:
        raise ValueError
    return sorted(sacrebleu.sentence_bleu(text, others(texts, index)).score for index, text in enumerate(texts))


@mistake(
    of="self_bleu",
    caught_by="test_scores_short_texts",
    ja="空のテキストを飛ばしています。空の文字列も 1 つのテキストで、スコアも 1 つ要ります。",
    en="Empty texts are skipped. The empty string is a text, and needs a score as well.",
)
def skips_empty_texts(texts):
    if len(texts) < 2:
        raise ValueError
    kept = [text for text in texts if text]
    return [sacrebleu.sentence_bleu(text, others(kept, index)).score for index, text in enumerate(kept)]


@mistake(
    of="self_bleu",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストの中のテキストを、空白を除いたものに置き換えています。呼んだ側のテキストが変わってしまいます。",
    en="The texts in the list that was passed are replaced by stripped ones, so the caller's texts change.",
)
def strips_in_place(texts):
    if len(texts) < 2:
        raise ValueError
    for index, text in enumerate(texts):
        texts[index] = text.strip()
    return [sacrebleu.sentence_bleu(text, others(texts, index)).score for index, text in enumerate(texts)]


@mistake(
    of="average_self_bleu",
    caught_by="test_average_is_the_mean_of_the_scores",
    ja="平均ではなく中央値になっています。スコアを足して、テキストの数で割ってください。",
    en="This is the median, not the mean. Add the scores and divide by the number of texts.",
)
def takes_the_median(texts):
    scores = sorted(self_bleu(texts))
    half = len(scores) // 2
    return scores[half] if len(scores) % 2 else (scores[half - 1] + scores[half]) / 2


@mistake(
    of="average_self_bleu",
    caught_by="test_refuses_fewer_than_two_texts",
    ja="テキストが 2 つより少ないときに、平均として数を返しています。比べる相手がいないので、ValueError を出してください。",
    en="With fewer than two texts a number comes back for the mean. There is nothing to compare with: raise ValueError.",
)
def averages_nothing(texts):
    if len(texts) < 2:
        return 0.0
    scores = self_bleu(texts)
    return sum(scores) / len(scores)
