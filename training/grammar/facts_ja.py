"""Japanese questions and answers, built from the tables in `training/data`."""

from collections.abc import Iterator

from training.grammar.sampling import rows

Fields = tuple[str, tuple[str, ...], str, str, str, str]

DAYS = tuple(f"{day}曜日" for day in "月火水木金土日")
MONTHS = tuple(f"{month}月" for month in ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"])
LEGS = {"zero": "0本", "two": "2本", "four": "4本", "six": "6本", "eight": "8本"}
TWICE = {"zero": "0本", "two": "4本", "four": "8本", "six": "12本", "eight": "16本"}


def ask(stem: str) -> tuple[str, ...]:
    """Ways to end a question whose stem goes up to the topic particle."""
    return (
        f"{stem}は何ですか？",
        f"{stem}は何ですか。",
        f"{stem}は？",
        f"{stem}を教えてください。",
        f"{stem}は何？",
        f"{stem}を教えて。",
        f"{stem}はなんですか？",
    )


def capitals() -> Iterator[Fields]:
    for *_, country, city, continent in rows("capitals.tsv"):
        yield (
            "capital",
            (
                f"{country}の首都はどこですか？",
                f"{country}の首都はどこですか。",
                f"{country}の首都はどこ？",
                f"{country}の首都の名前は？",
                f"{country}の首都を答えてください。",
                *ask(f"{country}の首都"),
            ),
            city,
            f"{country}の首都は{city}です。",
            f"{country}は{continent}にある国で、{city}には毎年多くの人が訪れます。",
            "首都とは、国の政治の中心となる町のことです。",
        )


def colours() -> Iterator[Fields]:
    for *_, thing, colour in rows("colours.tsv"):
        yield (
            "colour",
            (f"{thing}は何色ですか？", f"{thing}は何色ですか。", f"{thing}は何色？", *ask(f"{thing}の色")),
            colour,
            f"{thing}は{colour}です。",
            "明るい昼の光の中で見ると、この色がよく分かります。",
            f"{colour}のものは、ほかにもたくさんあります。",
        )


def opposites() -> Iterator[Fields]:
    for *_, word, other in rows("opposites.tsv"):
        yield (
            "opposite",
            (
                *ask(f"{word}の反対"),
                f"「{word}」の反対語は何ですか？",
                f"「{word}」の反対の言葉を教えてください。",
            ),
            other,
            f"{word}の反対は{other}です。",
            "この二つの言葉は意味が逆なので、一緒に覚えると便利です。",
            "反対の意味を持つ言葉は、対義語とも呼ばれます。",
        )


def animals() -> Iterator[Fields]:
    for *_, legs, can_fly, can_swim, name, sound in rows("animals.tsv"):
        if sound != "-":
            yield (
                "sound",
                (
                    f"{name}は何と鳴きますか？",
                    f"{name}はどう鳴きますか？",
                    f"{name}はなんと鳴く？",
                    *ask(f"{name}の鳴き声"),
                ),
                sound,
                f"{name}は{sound}と鳴きます。",
                "この鳴き声は、絵本や歌の中にもよく出てきます。",
                "ほかの国の言葉では、違う書き方をします。",
            )
        yield (
            "legs",
            (
                f"{name}の足は何本ですか？",
                f"{name}には足が何本ありますか？",
                f"{name}の足は何本？",
                f"{name}の足の数は？",
            ),
            LEGS[legs],
            f"{name}の足は{LEGS[legs]}です。",
            f"{name}が二匹いれば、足は全部で{TWICE[legs]}になります。",
            "絵を見て数えてみましょう。",
        )
        for verb, negative, can in (("飛べ", "空を飛ぶ", can_fly), ("泳げ", "水の中を泳ぐ", can_swim)):
            if can == "-":
                continue
            yield (
                "yes or no",
                (
                    f"{name}は{verb}ますか？",
                    f"{name}は{verb}ますか。",
                    f"{name}は{negative}ことができますか？",
                ),
                "はい" if can == "yes" else "いいえ",
                f"はい、{name}は{verb}ます。" if can == "yes" else f"いいえ、{name}は{verb}ません。",
                f"{negative}ことが{'上手な' if can == 'yes' else 'できない'}動物は、ほかにもたくさんいます。",
                "動物によって、できることは違います。",
            )


def kinds() -> Iterator[Fields]:
    table = rows("kinds.tsv")
    for index, (*_, thing, kind, note) in enumerate(table):
        other = next(row[4] for row in table[index + 7 :] + table if row[4] != kind)
        yield (
            "kind",
            (f"{thing}とは何ですか？", f"{thing}とは何ですか。", f"{thing}って何ですか？", f"{thing}とは？"),
            kind,
            f"{thing}は{kind}です。",
            f"{note}。見たことがある人も多いでしょう。",
            f"{kind}には、ほかにもいろいろなものがあります。",
        )
        yield (
            "yes or no",
            (f"{thing}は{kind}ですか？", f"{thing}は{kind}ですか。"),
            "はい",
            f"はい、{thing}は{kind}です。",
            f"{note}。見たことがある人も多いでしょう。",
            "だから、答えは「はい」です。",
        )
        yield (
            "yes or no",
            (f"{thing}は{other}ですか？", f"{thing}は{other}ですか。"),
            "いいえ",
            f"いいえ、{thing}は{other}ではありません。",
            f"{thing}は{kind}です。{note}。",
            "だから、答えは「いいえ」です。",
        )


def words() -> Iterator[Fields]:
    for english, japanese in rows("words.tsv"):
        yield (
            "translation",
            (
                f"{english}は日本語で何といいますか？",
                f"{english}は日本語で何ですか？",
                f"{english}を日本語に訳してください。",
                f"「{english}」は日本語で何といいますか？",
            ),
            japanese,
            f"{english}は日本語で{japanese}といいます。",
            "日本で話したり書いたりするときに、この言葉を使うことができます。",
            "辞書を引くと、例文も見つかります。",
        )
        yield (
            "translation",
            (
                f"{japanese}は英語で何といいますか？",
                f"{japanese}は英語で何ですか？",
                f"{japanese}を英語に訳してください。",
                f"「{japanese}」は英語で何といいますか？",
            ),
            english,
            f"{japanese}は英語で{english}といいます。",
            "英語で話したり書いたりするときに、この言葉を使うことができます。",
            "辞書を引くと、例文も見つかります。",
        )


def calendar() -> Iterator[Fields]:
    for unit, names, whole in (("曜日", DAYS, "一週間は七日"), ("月", MONTHS, "一年は十二か月")):
        question = "何曜日" if unit == "曜日" else "何月"
        for index, name in enumerate(names):
            for word, other in (("次", names[(index + 1) % len(names)]), ("前", names[index - 1])):
                yield (
                    "calendar",
                    (
                        f"{name}の{word}は{question}ですか？",
                        f"{name}の{word}は{question}ですか。",
                        f"{name}の{word}は{question}？",
                    ),
                    other,
                    f"{name}の{word}は{other}です。",
                    f"{whole}あり、いつも同じ順番で巡ってきます。",
                    "最後まで来ると、また最初に戻ります。",
                )


def trivia() -> Iterator[Fields]:
    for *_, question, short, sentence, note in rows("trivia.tsv"):
        yield (
            "trivia",
            (f"{question}？", f"{question}。", question, f"教えてください。{question}？"),
            short,
            f"{sentence}。",
            f"{note}。多くの本にも書いてあります。",
            "学校で習う人も多いでしょう。",
        )


def all_facts() -> Iterator[Fields]:
    """Kind, wordings, short answer, sentence, explanation and detail of every fact."""
    for source in (capitals, colours, opposites, animals, kinds, words, calendar, trivia):
        yield from source()


def arithmetic(a: int, sign: str, b: int, result: int) -> tuple[tuple[str, ...], str, str, str, str]:
    """Wordings, short answer, sentence, no explanation, and detail of one calculation."""
    word = {"+": "たす", "-": "ひく", "*": "かける"}[sign]
    shown = "×" if sign == "*" else sign
    wordings = (
        *(
            f"{a}{word}{b}は？",
            f"{a}{word}{b}は何ですか？",
            f"{a}{word}{b}はいくつですか？",
            f"{a}{word}{b}は何？",
        ),
        *(
            f"{a}{sign}{b}は？",
            f"{a}{sign}{b}はいくつですか？",
            f"{a}{shown}{b}は何ですか？",
            f"{a}{shown}{b}は？",
        ),
        *(f"{a}{sign}{b}を計算してください。", f"{a}{shown}{b}を計算して。", f"{a}{sign}{b}の答えは？"),
        *(
            f"{a}{shown}{b}はいくつ？",
            f"{a} {sign} {b} は？",
            f"{a}{sign}{b}=は？",
            f"{a}{word}{b}はいくつ？",
        ),
    )
    return wordings, str(result), f"答えは{result}です。", "", f"{a}{word}{b}は{result}になります。"
