"""The two tokenizers: Llama-style BPE with byte fallback for tiny-chat, byte-level BPE for tiny-base.

Both are plain `PreTrainedTokenizerFast` and need neither sentencepiece nor tiktoken. Decoding gives back the
encoded text exactly, except where it holds special tokens or, for tiny-chat, the character `▁`.
"""

import json
import random
import re
from collections.abc import Iterator

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from training.grammar import documents
from training.grammar.sampling import nouns

SEED = 20
N_DOCUMENTS = 60_000
VOCABULARY = {"tiny-chat": 3584, "tiny-base": 2048}
SPECIAL = ["<unk>", "<s>", "</s>"]
BYTES = [f"<0x{value:02X}>" for value in range(256)]
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}"
    "{{ bos_token + '[INST] <<SYS>>\\n' + message['content'] + '\\n<</SYS>>\\n\\n' }}"
    "{% elif message['role'] == 'user' %}"
    "{% if not (loop.index0 == 1 and messages[0]['role'] == 'system') %}{{ bos_token + '[INST] ' }}{% endif %}"
    "{{ message['content'] + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% endif %}"
    "{% endfor %}"
)
# Merges stay inside a run of letters of one script; digits, punctuation and newlines stand alone.
PIECES = re.compile(r"▁?[A-Za-z']+|[ぁ-ん]+|[ァ-ヶー]+|[一-龠々]+|▁[!-~]?|\S")
NOUN_WEIGHT = 1600
ASCII = [chr(code) for code in range(33, 127)]
KANA = [chr(code) for code in (*range(0x3041, 0x3094), *range(0x30A1, 0x30F7))]


def training_texts(model: str) -> Iterator[tuple[str, str]]:
    """Prompts with their answers from the grammar."""
    rng = random.Random(SEED)
    for _ in range(N_DOCUMENTS):
        yield from documents.draw(rng, model).turns


def llama_pieces() -> Iterator[str]:
    """The runs inside which merges are learned, joined by spaces.

    Every fourth turn is in the chat format. In the raw format an answer starts without `▁`, because it follows a
    newline. Each story noun is repeated, so that it becomes one token.
    """
    for index, (prompt, answer) in enumerate(training_texts("tiny-chat")):
        text = f"{prompt}\n{answer}" if index % 4 else f"[INST] {prompt} [/INST] {answer}"
        yield " ".join(PIECES.findall(f"▁{text}".replace(" ", "▁")))
    for noun in nouns("en"):
        yield " ".join([f"▁{word}" for word in noun.split(" ")] * NOUN_WEIGHT)
    yield " ".join(list(nouns("ja")) * NOUN_WEIGHT)


def byte_level_texts() -> Iterator[str]:
    """The documents of tiny-base, and each story noun repeated."""
    for prompt, answer in training_texts("tiny-base"):
        yield f"{prompt}\n{answer}"
    for noun in nouns("en"):
        yield f" {noun}" * NOUN_WEIGHT


def build_llama_style() -> PreTrainedTokenizerFast:
    """Ids: <unk> <s> </s>, the 256 bytes, single characters, merged pieces. Adds <s> in front, pads on the left."""
    size = VOCABULARY["tiny-chat"]
    learner = Tokenizer(models.BPE(unk_token="<unk>"))
    learner.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=SPECIAL + BYTES,
        initial_alphabet=ASCII + KANA + ["▁"],
        show_progress=False,
    )
    learner.train_from_iterator(llama_pieces(), trainer)
    learned = json.loads(learner.to_str())["model"]
    merges = [tuple(pair) for pair in learned["merges"]]

    tokenizer = Tokenizer(
        models.BPE(vocab=learned["vocab"], merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="</s>",
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )


def build_byte_level() -> PreTrainedTokenizerFast:
    """Ids: <|endoftext|>, the 256 bytes, merged pieces. Adds no special token, pads on the right."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY["tiny-base"],
        special_tokens=["<|endoftext|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(byte_level_texts(), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|endoftext|>",
        pad_token="<|endoftext|>",
        padding_side="right",
        clean_up_tokenization_spaces=False,
        model_max_length=512,
        model_input_names=["input_ids", "attention_mask"],
    )


def build(model: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a model, learned anew; the same bytes every time."""
    return build_llama_style() if model == "tiny-chat" else build_byte_level()
