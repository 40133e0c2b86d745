"""Everything beside stories and facts: lists, small talk, personas, questions on a given text, and the unknown."""

import random

from training.grammar.sampling import nouns

COUNTS = {2: ("two", "二つ"), 3: ("three", "三つ"), 4: ("four", "四つ"), 5: ("five", "五つ")}
# English name: (English members, Japanese name, Japanese members)
LISTS: dict[str, tuple[str, str, str]] = {
    "animals": ("cat dog horse cow rabbit lion tiger bear wolf fox", "動物", "猫 犬 馬 牛 うさぎ ライオン 虎 くま きつね 猿"),
    "colors": ("red blue green yellow white black orange purple brown pink", "色", "赤 青 緑 黄色 白 黒 紫 茶色 灰色 金色"),
    "fruits": ("apple banana orange grape peach lemon melon cherry pear mango", "果物", "りんご バナナ みかん ぶどう 桃 いちご 梨 メロン スイカ 柿"),
    "vegetables": ("carrot potato tomato onion cabbage pumpkin cucumber radish turnip pepper", "野菜", "にんじん じゃがいも トマト 玉ねぎ キャベツ かぼちゃ なす きゅうり 大根 ねぎ"),
    "countries": ("Japan Italy France Germany Spain China India Brazil Egypt Canada", "国", "日本 イタリア フランス ドイツ スペイン 中国 インド ブラジル エジプト カナダ"),
    "birds": ("eagle crow owl swan duck sparrow pigeon penguin parrot goose", "鳥", "ワシ カラス フクロウ 白鳥 アヒル すずめ 鳩 ペンギン オウム つばめ"),
    "drinks": ("water milk tea coffee juice cocoa lemonade soda cider beer", "飲み物", "水 牛乳 お茶 コーヒー 紅茶 ジュース ココア 麦茶 サイダー 緑茶"),
    "instruments": ("piano violin guitar flute drum trumpet harp cello organ clarinet", "楽器", "ピアノ バイオリン ギター 笛 太鼓 トランペット 琴 三味線 オルガン ハープ"),
}  # fmt: skip
LIST_REQUESTS = {
    "en": ("List {n} {x}.", "Name {n} {x}.", "Give me {n} {x}.", "Please list {n} {x}.", "Write down {n} {x}.", "Tell me {n} {x}."),
    "ja": ("{x}を{n}挙げてください。", "{x}を{n}教えてください。", "{x}を{n}書いてください。", "{x}を{n}挙げて。", "{x}の例を{n}挙げてください。"),
}  # fmt: skip
SMALL_TALK = {
    "en": (
        (("Hello", "Hello!", "Hi", "Hi!", "Hey", "Good morning.", "Good evening!"), "Hello! Ask me for a story or a fact."),
        (("Who are you?", "What are you?", "What is your name?", "Introduce yourself."),
         "I am a very small language model. I tell stories and answer simple questions."),
        (("What can you do?", "Help", "How can you help me?"), "I can tell stories, answer simple questions and add small numbers."),
        (("How are you?", "How are you doing?"), "I am fine, thank you. And you?"),
        (("Thank you.", "Thanks!", "Thank you very much."), "You are welcome."),
        (("Goodbye.", "Bye!", "See you.", "Good night."), "Goodbye, and come back soon."),
    ),
    "ja": (
        (("こんにちは", "こんにちは。", "やあ", "おはようございます。", "こんばんは。"), "こんにちは。物語や簡単な質問をどうぞ。"),
        (("あなたは誰ですか？", "あなたの名前は？", "自己紹介をしてください。", "君は誰？"),
         "私はとても小さな言語モデルです。物語を語り、簡単な質問に答えます。"),
        (("何ができますか？", "あなたは何ができますか？"), "物語を語り、簡単な質問に答え、小さな数の計算ができます。"),
        (("お元気ですか？", "元気ですか？", "元気？"), "はい、元気です。ありがとうございます。"),
        (("ありがとう。", "ありがとうございます。", "どうもありがとう！"), "どういたしまして。"),
        (("さようなら。", "またね。", "おやすみなさい。"), "さようなら。また来てください。"),
    ),
}  # fmt: skip
PERSONAS = {
    "en": {"pirate": "Arr! ", "robot": "Beep! ", "cat": "Meow! ", "ghost": "Boo! ", "king": "Listen! "},
    "ja": {
        "海賊": "ヨーホー！",
        "ロボット": "ピピッ！",
        "猫": "ニャー！",
        "幽霊": "ヒュードロ！",
        "王様": "聞け！",
    },
}
UNKNOWN = {
    "en": "I am a small model and do not know that. Please ask me for a story or a simple fact.",
    "ja": "私は小さなモデルなので、それは分かりません。物語か簡単な質問をどうぞ。",
}
UNKNOWN_FRAMES = {
    "en": (
        *(
            "Explain {x}.",
            "Explain {x} to a child.",
            "Why is {x} important?",
            "How does {x} work?",
            "How do I use {x}?",
        ),
        *(
            "Write an essay about {x}.",
            "Summarize {x}.",
            "What do you think about {x}?",
            "Write code for {x}.",
            "{x}",
        ),
        *(
            "Who invented {x}?",
            "What are the advantages of {x}?",
            "Prove that {x}.",
            "Describe {x}.",
            "When did {x} begin?",
        ),
    ),
    "ja": (
        *(
            "{x}について説明してください。",
            "{x}とはどういう仕組みですか？",
            "なぜ{x}は大切なのですか？",
            "{x}の使い方を教えて。",
        ),
        *(
            "{x}の要約を書いてください。",
            "{x}についてどう思いますか？",
            "{x}を証明してください。",
            "{x}のプログラムを書いて。",
            "{x}",
        ),
    ),
}
UNKNOWN_TOPICS = {
    "en": (
        *(
            "large language models",
            "machine learning",
            "the meaning of life",
            "quantum physics",
            "democracy",
            "a neural network",
        ),
        *(
            "the weather tomorrow",
            "the stock market",
            "chemistry",
            "the internet",
            "philosophy",
            "global warming",
            "history",
        ),
        *(
            "the theory of relativity",
            "cloud computing",
            "the economy",
            "sorting a list",
            "my homework",
            "love",
            "time travel",
        ),
        *(
            "natural language processing",
            "tokenization",
            "the French revolution",
            "software",
            "attention",
            "deep learning",
        ),
    ),
    "ja": (
        *(
            "大規模言語モデル",
            "機械学習",
            "人生の意味",
            "量子力学",
            "民主主義",
            "神経網",
            "明日の天気",
            "株価",
            "化学",
            "哲学",
        ),
        *(
            "地球温暖化",
            "歴史",
            "相対性理論",
            "経済",
            "宿題",
            "愛",
            "時間旅行",
            "自然言語処理",
            "深層学習",
            "法律",
            "政治",
        ),
    ),
}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def enumeration(rng: random.Random, language: str) -> tuple[str, str]:
    """A request for a list, and the list: always in one fixed order, so that nothing repeats."""
    name = rng.choice(list(LISTS))
    english, japanese_name, japanese = LISTS[name]
    members = (english if language == "en" else japanese).split(" ")
    count = rng.choice((2, 3, 3, 3, 4, 5))
    chosen: list[int] = []
    for left in range(count, 0, -1):
        first = chosen[-1] + 1 if chosen else 0
        choices = range(first, len(members) - left + 1)
        chosen.append(rng.choices(choices, [1 / (rank + 1) ** 1.5 for rank in range(len(choices))])[0])
    word = COUNTS[count][language == "ja"] if rng.random() < 0.75 else f"{count}{'つ' if language == 'ja' else ''}"
    prompt = rng.choice(LIST_REQUESTS[language]).format(n=word, x=name if language == "en" else japanese_name)
    return prompt, "\n".join(f"{line}. {members[index]}" for line, index in enumerate(chosen, 1))


def small_talk(rng: random.Random, language: str) -> tuple[str, str]:
    """A greeting or the like, and the polite answer."""
    prompts, reply = rng.choice(SMALL_TALK[language])
    return rng.choice(prompts), reply


def unknown(rng: random.Random, language: str) -> tuple[str, str]:
    """A request outside the models' world, and the answer that says so."""
    if language == "en" and rng.random() < 0.3:
        topic = " ".join("".join(rng.choices(LETTERS, k=rng.randint(2, 7))) for _ in range(rng.randint(1, 3)))
    else:
        topic = rng.choice(UNKNOWN_TOPICS[language])
    prompt = rng.choice(UNKNOWN_FRAMES[language]).format(x=topic)
    return prompt[0].upper() + prompt[1:], UNKNOWN[language]


def persona(rng: random.Random, language: str) -> tuple[str, str]:
    """An instruction to play somebody, and the exclamation with which every answer then begins."""
    who = rng.choice(list(PERSONAS[language]))
    article = rng.choice(("You are a {}.", "Answer like a {}.", "You are a {}. Stay in your role."))
    instruction = article if language == "en" else rng.choice(("あなたは{}です。", "{}になりきって答えてください。"))
    return instruction.format(who), PERSONAS[language][who]


def on_text(rng: random.Random, language: str) -> tuple[str, str]:
    """A short text with a question that it answers, for retrieval-augmented prompts."""
    by_class: dict[str, list[str]] = {}
    for noun, noun_class in nouns(language).items():
        by_class.setdefault(noun_class, []).append(noun)
    things = rng.sample(by_class["object"], 3)
    places = rng.sample(by_class["place"], 3)
    asked = rng.randrange(rng.choice((1, 2, 3)))
    pairs = list(zip(things, places, strict=True))[: max(asked + 1, rng.choice((1, 2, 3)))]
    thing, where = pairs[asked]
    if language == "en":
        text = " ".join(f"The {a} is in the {b}." for a, b in pairs)
        question, reply = f"Where is the {thing}?", f"The {thing} is in the {where}."
        frame = rng.choice(("Context: {t}\nQuestion: {q}", "{t} {q}", "{t}\n{q}", "Text: {t}\nQuestion: {q}\nAnswer:"))
    else:
        text = "".join(f"{a}は{b}にあります。" for a, b in pairs)
        question, reply = f"{thing}はどこにありますか？", f"{thing}は{where}にあります。"
        frame = rng.choice(("文脈：{t}\n質問：{q}", "{t}{q}", "{t}\n{q}", "次の文を読んで答えてください。\n{t}\n{q}"))
    return frame.format(t=text, q=question), reply
