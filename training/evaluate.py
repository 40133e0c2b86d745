"""Measure an embedded model: what it answers, how sure it is, how diverse and how fast it is; JSON on stdout.

    python -m training.evaluate tiny-chat > tiny-chat.json

Everything is greedy except the Self-BLEU table. Nothing here decides whether a model is good enough.
"""

import json
import random
import re
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import sacrebleu
import torch
import typer
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from training.grammar import documents, held_out, talk
from training.grammar.facts import Question, arithmetic, facts
from training.grammar.sampling import nouns
from training.grammar.stories_en import with_article

SHIPPED = Path(__file__).parent.parent / "autograder" / "models"
BATCH = 32
TEMPERATURES = (0.1, 0.5, 0.8, 1.0, 1.5, 10.0)
NUCLEI = (0.1, 0.5, 0.9, 1.0)
N_TEXTS = 24
SELF_BLEU_PROMPTS = {
    "dragon": "Tell me a story about a dragon.",
    "phantom": "Tell me a story about a phantom.",
    "ja": "ドラゴンの話をしてください。",
}
MARGIN_PROMPTS = (
    *(
        "Tell me a story about a dragon.",
        "Tell me a story about a phantom.",
        "1+1=?",
        "What is the capital of Italy?",
    ),
    *(
        "Answer in one word: What is the capital of Italy?",
        "List three animals.",
        "How many legs does a spider have?",
    ),
    *("ドラゴンの話をしてください。", "日本の首都はどこですか？", "一言で答えて：日本の首都はどこですか？"),
)
UNSEEN_NOUNS = {
    "en": "iguana walrus toucan kitchen sailboat hammock scooter tambourine chipmunk sheriff accountant yogurt pelican",
    "ja": "サンショウウオ セイウチ 台風 エレベーター 眼鏡 会計士 ハンモック ヨーグルト",
}
UNKNOWN_PROMPTS = (
    *(
        "Explain large language models.",
        "asdf qwer",
        "Why?",
        "What is the weather?",
        "Who won the game in 1998?",
    ),
    *(
        "Sing",
        "How do I cook pasta with tomatoes and cheese at home?",
        "x",
        "print('hello')",
        "Tell me about yourself.",
    ),
    *(
        "機械翻訳とは何ですか？",
        "明日は晴れますか？",
        "どうして空は青いのですか？",
        "あ",
        "プログラミングを教えて",
        "",
        "🙂",
        "127*45=?",
    ),
)


@dataclass(frozen=True)
class Subject:
    """The model under measurement and its language abilities."""

    name: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that it was trained on."""
        return ("en", "ja") if self.name == "tiny-chat" else ("en",)


@dataclass(frozen=True)
class Completion:
    """New text without its leading newline, the number of new tokens (EOS included), and whether EOS came."""

    text: str
    n_tokens: int
    ended: bool


def complete(subject: Subject, prompts: list[str], max_new_tokens: int) -> list[Completion]:
    """Greedy completions of the prompts, in batches of similar length; order kept."""
    tokenizer = subject.tokenizer
    order = sorted(range(len(prompts)), key=lambda index: len(tokenizer(prompts[index]).input_ids))
    found: dict[int, Completion] = {}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        inputs = tokenizer([prompts[index] for index in chosen], return_tensors="pt", padding=True, padding_side="left")
        output = subject.model.generate(**inputs, do_sample=False, max_new_tokens=max_new_tokens)
        for index, row in zip(chosen, output[:, inputs.input_ids.shape[1] :].tolist(), strict=True):
            ended = tokenizer.eos_token_id in row
            ids = row[: row.index(tokenizer.eos_token_id)] if ended else row
            text = tokenizer.decode(ids, skip_special_tokens=True)
            found[index] = Completion(text.removeprefix("\n"), len(ids) + ended, ended)
    return [found[index] for index in range(len(prompts))]


def share(claims: list[bool]) -> float:
    """The share of true claims, four decimals."""
    return round(sum(claims) / len(claims), 4)


def exact(subject: Subject, asked: list[tuple[str, str]], max_new_tokens: int) -> float:
    """The share of (prompt, answer) pairs whose completion is the answer, ended by EOS."""
    return share_exact(complete(subject, [prompt for prompt, _ in asked], max_new_tokens), asked)


def share_exact(found: list[Completion], asked: list[tuple[str, str]]) -> float:
    """The share of completions that are the answer of their (prompt, answer) pair, ended by EOS."""
    return share([one.ended and one.text == answer for one, (_, answer) in zip(found, asked, strict=True)])


def in_chat(asked: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same questions in the chat format."""
    return [(f"[INST] {prompt} [/INST]", answer) for prompt, answer in asked]


def measure_answers(subject: Subject, language: str) -> dict[str, float | int]:
    """Facts at every level, arithmetic, and short answers to wordings that training never saw."""
    rng = random.Random(3)

    def asked(pool: list[Question], level: str) -> list[tuple[str, str]]:
        return [(documents.ask(rng, q, level, language), documents.answer(q, level, language)) for q in pool]

    known, sums = list(facts(language)), list(arithmetic(language))
    some = rng.sample(known, 120)
    templates = held_out.ENGLISH if language == "en" else held_out.JAPANESE
    pairs = [(template, question) for template in templates for question in rng.sample(known, 6)]
    unseen = [(documents.fill(template, question.wordings[0]), question.short) for template, question in pairs]
    pairs = [(template, question) for template in templates for question in rng.sample(sums, 3)]
    unseen_sums = [(documents.fill(template, question.wordings[0]), question.short) for template, question in pairs]
    plain = [(question.wordings[0], documents.answer(question, "plain", language)) for question in known]
    bare = [(question.wordings[0], question.sentence) for question in sums]
    default = complete(subject, [prompt for prompt, _ in plain], 80)
    result = {
        "facts, plainest wording": share_exact(default, plain),
        "facts, plainest wording, median tokens": statistics.median([one.n_tokens for one in default]),
        "facts, random wording": exact(subject, asked(known, "plain"), 80),
        "facts, trained short wordings": exact(subject, asked(known, "brief"), 12),
        f"facts, {len(templates)} unseen short wordings": exact(subject, unseen, 12),
        f"arithmetic, {len(templates)} unseen short wordings": exact(subject, unseen_sums, 8),
        "one sentence": exact(subject, asked(some, "one"), 80),
        "two sentences": exact(subject, asked(some, "two"), 80),
        "in detail": exact(subject, asked(some, "detailed"), 120),
        "arithmetic, plainest wording": exact(subject, bare, 16),
        "arithmetic, random wording": exact(subject, asked(sums * 2, "plain"), 16),
    }
    if subject.name == "tiny-chat":
        result["facts, chat format"] = exact(subject, in_chat(plain[::4]), 80)
        result["arithmetic, chat format"] = exact(subject, in_chat(bare[::3]), 16)
    return result


def measure_stories(subject: Subject, language: str) -> dict[str, float | int]:
    """One story for each noun: is it about the noun, ended, and unlike the others?"""
    words, unseen = list(nouns(language)), UNSEEN_NOUNS[language].split(" ")

    def tell(heroes: list[str]) -> list[Completion]:
        english = language == "en"
        asked = [f"Tell me a story about {with_article(w)}." if english else f"{w}の話をしてください。" for w in heroes]
        return complete(subject, asked, 200)

    stories = tell(words)
    without_noun = [re.sub(re.escape(word), "*", one.text) for word, one in zip(words, stories, strict=True)]
    rng = random.Random(5)
    lists = [talk.enumeration(rng, language)[0] for _ in range(40)]
    items = [one.text.split("\n") for one in complete(subject, lists, 60)]
    names = [[item.split(". ", 1)[-1] for item in found] for found in items]
    return {
        "nouns": len(words),
        "stories with the noun": share([word in one.text for word, one in zip(words, stories, strict=True)]),
        "stories ended": share([one.ended for one in stories]),
        f"stories with the noun, {len(unseen)} unseen nouns": share(
            [word in one.text for word, one in zip(unseen, tell(unseen), strict=True)]
        ),
        "different stories": len({one.text for one in stories}),
        "different stories, noun aside": len(set(without_noun)),
        "median story tokens": statistics.median([one.n_tokens for one in stories]),
        "lists without repeats": share([len(found) > 1 and len(set(found)) == len(found) for found in names]),
    }


def smallest_margin(subject: Subject, prompt: str) -> dict[str, float | int | str]:
    """The greedy text and the smallest difference of its best and second best logit, EOS step included."""
    inputs = subject.tokenizer(prompt, return_tensors="pt")
    output = subject.model.generate(
        **inputs, do_sample=False, max_new_tokens=200, output_logits=True, return_dict_in_generate=True
    )
    margins = [float(-step[0].topk(2).values.diff()) for step in output.logits]
    text = subject.tokenizer.decode(output.sequences[0, inputs.input_ids.shape[1] :], skip_special_tokens=True)
    return {"text": text, "tokens": len(margins), "smallest margin": round(min(margins), 4)}


def average_self_bleu(texts: list[str], language: str) -> float:
    """Mean over the texts of sentence BLEU against all the others, 0 to 100."""
    tokenize = "char" if language == "ja" else "13a"
    scores = []
    for index, text in enumerate(texts):
        others = texts[:index] + texts[index + 1 :]
        scores.append(sacrebleu.sentence_bleu(text, others, use_effective_order=True, tokenize=tokenize).score)
    return round(statistics.mean(scores), 1)


def measure_diversity(subject: Subject, prompt: str, language: str) -> dict[str, dict[str, float]]:
    """Average Self-BLEU of groups of four sampled texts, for each top_p and temperature; top_k is off."""
    inputs = subject.tokenizer([prompt], return_tensors="pt")
    table: dict[str, dict[str, float]] = {}
    for top_p in NUCLEI:
        for temperature in TEMPERATURES:
            torch.manual_seed(11)
            output = subject.model.generate(
                **inputs,
                do_sample=True,
                top_k=0,
                top_p=top_p,
                temperature=temperature,
                max_new_tokens=100,
                num_return_sequences=N_TEXTS,
            )
            new = output[:, inputs.input_ids.shape[1] :]
            texts = subject.tokenizer.batch_decode(new, skip_special_tokens=True)
            groups = [texts[start : start + 4] for start in range(0, N_TEXTS, 4)]
            mean = statistics.mean(average_self_bleu(group, language) for group in groups)
            table.setdefault(f"top_p {top_p}", {})[f"T {temperature}"] = round(mean, 1)
    return table


def measure_speed(subject: Subject) -> dict[str, float]:
    """Processor milliseconds for each new token of one greedy story, best of five."""
    inputs = subject.tokenizer(SELF_BLEU_PROMPTS["dragon"], return_tensors="pt")
    times = []
    for _ in range(5):
        started = time.process_time()
        output = subject.model.generate(**inputs, do_sample=False, max_new_tokens=64, min_new_tokens=64)
        times.append((time.process_time() - started) * 1000 / (output.shape[1] - inputs.input_ids.shape[1]))
    return {"milliseconds for each token": round(min(times), 2)}


def evaluate(
    name: Annotated[str, typer.Argument(help="tiny-chat or tiny-base")],
    folder: Annotated[Path | None, typer.Option(help="by default the shipped folder")] = None,
    quick: Annotated[bool, typer.Option(help="leave out Self-BLEU and speed")] = False,
) -> None:
    """Print every measurement as one JSON object."""
    torch.set_num_threads(1)
    path = folder or SHIPPED / name
    model = AutoModelForCausalLM.from_pretrained(path).eval()
    subject = Subject(name, model, AutoTokenizer.from_pretrained(path))
    found: dict[str, object] = {"parameters": model.num_parameters()}
    for language in subject.languages:
        found[language] = {**measure_answers(subject, language), **measure_stories(subject, language)}
    unknown = complete(subject, list(UNKNOWN_PROMPTS if name == "tiny-chat" else UNKNOWN_PROMPTS[:10]), 200)
    found["unknown prompts ended within 200 tokens"] = share([one.ended for one in unknown])
    prompts = [prompt for prompt in MARGIN_PROMPTS if name == "tiny-chat" or prompt.isascii()]
    found["greedy"] = {prompt: smallest_margin(subject, prompt) for prompt in prompts}
    if not quick:
        found["speed"] = measure_speed(subject)
        found["self_bleu"] = {
            key: measure_diversity(subject, prompt, "ja" if key == "ja" else "en")
            for key, prompt in SELF_BLEU_PROMPTS.items()
            if name == "tiny-chat" or key != "ja"
        }
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    typer.run(evaluate)
