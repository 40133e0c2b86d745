"""Japanese stories: a prompt that names a hero, and a short tale that keeps to it."""

import random
import zlib

from training.grammar.sampling import nouns, zipf

TIMES = ("ある日", "ある夜", "ある雨の日", "ある寒い朝", "ある夏の夕方")
HELPERS = ("きつね", "女の子", "年老いた魔法使い", "勇敢な騎士", "小さなロボット", "親切な魔女", "フクロウ")
THINGS = ("金の鍵", "古い地図", "光る石", "壊れた王冠", "銀の鈴", "大切な手紙", "魔法のランプ")
SPOTS = ("海辺", "雪の中", "丘の向こう", "古い橋の下", "市場", "暗い洞窟")

# class: (adjectives, homes, hobbies)
LEXICON: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "animal": (
        ("小さな", "賢い", "腹ぺこの", "恥ずかしがりの", "元気な"),
        ("静かな森", "緑の草原", "川のほとり", "村の外れ", "大きな木の下"),
        ("雨の中を走る", "雲を眺める", "木の実を探す", "夜に歌う", "日なたで眠る"),
    ),
    "person": (
        ("若い", "正直な", "好奇心の強い", "貧しい", "明るい"),
        ("小さな村", "にぎやかな町", "海の近くの家", "古い水車小屋", "山のふもと"),
        ("古い本を読む", "川辺を歩く", "人を助ける", "星を数える", "温かいスープを作る"),
    ),
    "fantasy": (
        ("眠そうな", "優しい", "青白い", "力強い", "不思議な"),
        ("深い谷", "暗い城", "水晶の洞窟", "霧の山", "空の果て"),
        ("宝物を磨く", "空を飛ぶ", "なくした鍵を集める", "月と話す", "人を驚かせる"),
    ),
    "object": (
        ("さびた", "ぴかぴかの", "忘れられた", "小さな", "すてきな"),
        ("屋根裏部屋", "古い引き出し", "小さな店", "静かな博物館", "台所の隅"),
        ("雨の音を聞く", "海の夢を見る", "人の役に立つ", "古い歌を聞く", "朝を待つ"),
    ),
    "food": (
        ("甘い", "温かい", "丸い", "新鮮な", "とても大きな"),
        ("明るい台所", "窓辺のかご", "町のお店", "お弁当箱", "王様の食卓"),
        ("坂を転がる", "夏の風を感じる", "猫から隠れる", "大声で笑う", "冗談を言う"),
    ),
    "place": (
        ("静かな", "美しい", "昔からの", "遠い", "秘密の"),
        ("北の果て", "はるか遠くの国", "道の終わり", "忘れられた国", "丘の上"),
        ("旅人を迎える", "夕方に光る", "秘密を守る", "風の音を聞く", "人を待つ"),
    ),
}

OPENINGS = (
    "むかしむかし、{home}に{adjective}{noun}が{lived}。",
    "昔、{home}に一つの話がありました。{adjective}{noun}の話です。",
    "遠い昔、{adjective}{noun}が{home}に{lived}。",
)
TRAITS = (
    "{noun}は{hobby}のが大好きでした。",
    "{noun}は毎日{hobby}のが楽しみでした。",
    "{noun}の夢は{hobby}ことでした。",
)
PLOTS = (
    (
        "{time}、{noun}は{spot}で{helper}に会いました。",
        "{helper}は{thing}をなくして困っていました。",
        "二人は三日間探して、{spot2}でそれを見つけました。",
    ),
    (
        "{time}、{noun}は{spot}で{thing}を見つけました。",
        "それは{helper}が昔なくしたものでした。",
        "{noun}がそれを返すと、{helper}はにっこり笑いました。",
    ),
    (
        "{time}、大きな嵐が来て、{helper}が{spot}で迷子になりました。",
        "{noun}は{thing}を持って助けに行きました。",
        "二人は朝になる前に帰ってきました。",
    ),
    (
        "{time}、{helper}が{noun}をかけっこに誘いました。",
        "一等の賞品は{thing}でした。",
        "{noun}は負けましたが、良い友達ができました。",
    ),
)
PLACE_PLOTS = (
    (
        "{time}、{helper}が{noun}にやって来ました。",
        "そこに{thing}が隠されているとは誰も知りませんでした。",
        "{helper}はそれを見つけて、みんなと分け合いました。",
    ),
    (
        "{time}、{helper}が{noun}の近くで{thing}をなくしました。",
        "みんなは日が沈むまで探しました。",
        "最後にそれは{spot}で見つかりました。",
    ),
)
ENDINGS = (
    "めでたしめでたし。",
    "{noun}はその日のことをずっと忘れませんでした。",
    "それから{noun}と{helper}は一番の友達になりました。",
    "この話は今でも語り継がれています。",
)
MOOD_ENDINGS = {
    "怖い": "ところが真夜中に冷たい手が戸をたたき、もう誰も眠れませんでした。",
    "面白い": "そしてみんなバナナの皮で滑って、朝まで笑いました。",
    "悲しい": "最後に{noun}はお別れを言い、たくさんの涙が流れました。",
    "楽しい": "その夜は大きな宴会が開かれ、{noun}は一晩中踊りました。",
}
ONE_SENTENCE = (
    "{adjective}{noun}は{spot}で{thing}を見つけて、{helper}の一番の友達になりました。",
    "{time}、{adjective}{noun}は{spot}で{helper}に会い、もう寂しくなくなりました。",
)
SECOND_SENTENCE = (
    "{time}、{noun}は{spot}で{thing}を見つけて、{helper}にあげました。",
    "{time}、{noun}は{spot}で{helper}に会い、二人は友達になりました。",
)

REQUESTS = (
    "{topic}の{kind}をしてください。",
    "{topic}の{kind}を聞かせてください。",
    "{topic}についての{kind}を書いてください。",
    "{topic}についての{kind}を書いて。",
    "{topic}の{kind}を教えて。",
    "{topic}の{kind}を聞かせて。",
    "{topic}の{kind}を作ってください。",
    "{topic}が出てくる{kind}を書いてください。",
    "{topic}の{kind}をして",
    "{topic}についての{kind}をお願いします。",
    "{topic}の{kind}が聞きたいです。",
    "{topic}に関する{kind}を語ってください。",
    "{topic}の{kind}をしてくれませんか？",
)
KINDS = ("話", "話", "物語", "物語", "お話", "昔話", "おとぎ話")
SHORT_TAILS = ("短くしてください。", "短めでお願いします。", "手短にお願いします。")
LONG_TAILS = ("長くしてください。", "詳しくお願いします。", "長めでお願いします。")
ONE_TAILS = ("一文で", "ひとつの文で", "1文で")
TWO_TAILS = ("二文で", "ふたつの文で", "2文で")


def invented_noun(rng: random.Random) -> str:
    """A katakana word that no list holds: such heroes make the model learn to copy from the prompt."""
    return "".join(
        rng.choices("アカサタナハマラガダバパイキシチニミリウクスツムルオコソトノモロン", k=rng.choice((3, 4)))
    )


def tell(rng: random.Random, hero: tuple[str, str, str], length: str, *, salt: str, helper: str = "") -> str:
    """A story in the asked length; the arguments are those of the English `tell`."""
    noun, noun_class, adjective = hero
    group = f"{salt}/{noun_class}/{zlib.crc32(noun.encode()) % 3}/"
    adjectives, homes, hobbies = LEXICON[noun_class]
    alive = noun_class in ("animal", "person", "fantasy")
    slots = {
        "noun": noun,
        "lived": "住んでいました" if alive else "ありました",
        "adjective": adjective or zipf(rng, adjectives, group + "adjective"),
        "home": zipf(rng, homes, group + "home"),
        "hobby": zipf(rng, hobbies, group + "hobby"),
        "time": zipf(rng, TIMES, group + "time"),
        "helper": helper or zipf(rng, [word for word in HELPERS if noun not in word], group + "helper"),
        "thing": zipf(rng, THINGS, group + "thing"),
        "spot": zipf(rng, SPOTS, group + "spot"),
        "spot2": zipf(rng, SPOTS, group + "second spot"),
    }
    opening, trait = zipf(rng, OPENINGS, group + "opening"), zipf(rng, TRAITS, group + "trait")
    plots = PLACE_PLOTS if noun_class == "place" else PLOTS
    plot = zipf(rng, plots, group + "plot")
    ending = MOOD_ENDINGS.get(length) or zipf(rng, ENDINGS, group + "ending")
    if length == "one":
        sentences: tuple[str, ...] = (zipf(rng, ONE_SENTENCE, group + "one"),)
    elif length == "two":
        sentences = (opening, zipf(rng, SECOND_SENTENCE, group + "two"))
    elif length == "short":
        sentences = (opening, zipf(rng, SECOND_SENTENCE, group + "two"), ending)
    elif length == "long":
        rest = [other for other in plots if other != plot]
        second = zipf(rng, rest, group + "second plot")
        sentences = (opening, trait, *plot, "みんなは少し休みました。", *second, ending)
    else:
        sentences = (opening, trait, *plot, ending)
    return "".join(sentences).format(**slots)


def story(rng: random.Random, salt: str = "") -> tuple[str, str]:
    """A prompt and its story."""
    noun = rng.choice(list(nouns("ja")))
    noun_class = nouns("ja")[noun]
    if rng.random() < 0.08:
        noun, noun_class = invented_noun(rng), rng.choice(list(LEXICON))
    adjective = rng.choice(LEXICON[noun_class][0]) if rng.random() < 0.08 else ""
    helper = rng.choice(list(nouns("ja"))) if rng.random() < 0.05 else ""
    length = rng.choices(
        ("default", "short", "long", "one", "two", rng.choice(list(MOOD_ENDINGS))), (64, 10, 4, 7, 6, 9)
    )[0]
    text = tell(rng, (noun, noun_class, adjective), length, salt=salt, helper=helper)
    return request(rng, noun, adjective, helper, length), text


def request(rng: random.Random, noun: str, adjective: str, helper: str, length: str) -> str:
    """A prompt that asks for the story."""
    topic = adjective + noun + (f"と{helper}" if helper else "")
    kind, head, tail = rng.choice(KINDS), "", ""
    if length in MOOD_ENDINGS:
        kind = length + kind
    elif length == "short" and rng.random() < 0.6:
        kind = "短い" + kind
    elif length == "short":
        tail = rng.choice(SHORT_TAILS)
    elif length == "long" and rng.random() < 0.6:
        kind = "長い" + kind
    elif length == "long":
        tail = rng.choice(LONG_TAILS)
    elif length in ("one", "two"):
        head = rng.choice(ONE_TAILS if length == "one" else TWO_TAILS)
    asked = zipf(rng, REQUESTS).format(kind=kind, topic=topic)
    if head and rng.random() < 0.5:
        return f"{asked.rstrip('。')}。{head}お願いします。"
    return head + asked + tail
