"""Wordings that ask for a short answer and that no training document uses; the tests measure on them.

`is_held_out` compares without case, spaces and punctuation, so that no near copy is trained on either.
"""

import re

ENGLISH = (
    "{q} Answer with just one word, please.",
    "Please answer in exactly one word: {q}",
    "Give me only the answer, nothing else: {q}",
    "{q}\nJust tell me the answer, no explanation.",
    "I am in a hurry, so keep it brief. {q}",
    "Answer the following question in as few words as possible.\n{q}",
    "{q} Short answer only, please.",
    "{q} Please be very concise.",
    "Respond with a single word and nothing more: {q}",
    "{q} (one word, please)",
    "Q: {q} Answer in one word only.\nA:",
    "Please keep your answer as brief as possible. {q}",
    "{q} Don't explain, just answer.",
    "{q} Reply using one word.",
    "Without any explanation, {lower_q}",
    "Answer concisely and without details: {q}",
    "{q} I want the shortest possible answer.",
    "{q} No explanation, only the answer.",
    "Be as short as possible: {q}",
    "You only need to give the answer. {q}",
    "{q} Tell me in one word.",
    "{q}\n\nPlease give me a one-word reply.",
    "Output nothing but the answer.\n\n{q}",
    "Question: {q}\nPlease respond briefly.\nAnswer:",
    "In just one word, {lower_q}",
    "{q} Keep the answer to a minimum.",
    "{q} Write only one word.",
    "Just the answer to this, please: {q}",
    "{q} Do not write a sentence, just the word.",
    "{q} A brief answer is fine.",
    "Please reply shortly. {q}",
    "Give a very short answer to this question: {q}",
    "{q} Answer in 1 word!",
    "One word answer please.\n{q}",
    "{q} Say just the answer.",
    "Use a maximum of two words. {q}",
    "{q} Be concise, please, and skip the explanation.",
    "Please answer the question with no more than one word.\nQuestion: {q}",
    "{q} Only the final answer without reasons.",
    "I only want to know the answer, no extra information. {q}",
)
JAPANESE = (
    "一言で答えてください。{q}",
    "{q} 一言だけで答えて。",
    "{q}答えだけ教えてください。",
    "次の質問に一言で答えてください。\n{q}",
    "{q}簡潔に答えてください。説明は不要です。",
    "{q}\n短く答えてください。",
    "できるだけ短い言葉で答えてください：{q}",
    "{q}単語だけで答えてください。",
    "説明なしで答えだけ書いて：{q}",
    "{q}余計な説明はいりません。",
    "急いでいるので手短に教えて。{q}",
    "{q}（一単語で答えてください）",
    "質問：{q}\n一語で答えてください。\n答え：",
    "{q}理由は不要です。答えだけ。",
    "短く一言でお願いします。{q}",
    "{q}なるべく短く教えてください。",
    "{q}\n一単語で回答してください。",
    "以下の質問に簡潔に回答してください。\n\n{q}",
    "{q}答えの単語のみを出力してください。",
    "文章ではなく単語で答えてください。{q}",
    "{q}簡潔に一言で。",
    "{q}解説は省いて、答えだけお願いします。",
    "単語一つで答えてね。{q}",
    "{q}ひとことでどうぞ。",
    "答えのみ：{q}",
    "{q}端的に述べてください。",
    "{q}とても短く答えてください。",
    "前置きなしで、短く答えてください。{q}",
    "{q}長い説明は必要ありません。",
    "{q}一番短い答えを書いてください。",
    "簡単に一言で言うと？ {q}",
    "{q}結論だけ述べてください。",
    "{q}できる限り簡潔にお願いします。",
    "{q}\n\n回答は単語のみでお願いします。",
    "{q}一言で教えてくれませんか？",
    "Q: {q} 短く答えてください。\nA:",
    "必ず一言で回答してください。{q}",
    "{q}説明せず、答えだけを返してください。",
    "{q}名前だけ答えてください。",
    "【短く答えること】{q}",
)


def normal_form(template: str) -> str:
    """The template without case, spaces and punctuation."""
    return re.sub(r"[\W_]+", "", template.replace("lower_q", "q").lower())


FORMS = frozenset(normal_form(template) for template in ENGLISH + JAPANESE)


def is_held_out(template: str) -> bool:
    """Whether training must not use this wording."""
    return normal_form(template) in FORMS
