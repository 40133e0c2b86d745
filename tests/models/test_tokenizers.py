"""Text to ids and back."""

import pytest

from autograder.models import LoadedModel

TEXTS = (
    *(
        "Tell me a story about a dragon.",
        " two",
        "  three",
        "a  b   c",
        "ends in spaces  ",
        " ",
        "",
        "Supercalifragilistic",
    ),
    *(
        "ドラゴンの話をしてください。",
        "鬱蒼とした森",
        "🐉",
        "👨‍👩‍👧 family",
        "a\nb\n\nc\n",
        "\n\n",
        "tab\tand\ttab",
        "naïve café",
        "한국어",
    ),
    *(
        "1+1=?",
        "3 + 4 = ",
        "It's (really) \"quoted\"; isn't it?",
        "全角　スペース",
        "Привет, мир!",
        "x = {'a': [1, 2]}",
        "👍🏽",
    ),
)


@pytest.mark.parametrize("text", TEXTS)
def test_decoding_gives_the_text_back(text: str, chat: LoadedModel, base: LoadedModel) -> None:
    """No space, newline or character is lost or added, by either tokenizer."""
    for loaded in (chat, base):
        ids = loaded.tokenizer(text).input_ids
        assert loaded.tokenizer.decode(ids, skip_special_tokens=True) == text


def test_chat_ids_are_laid_out_as_in_llama_2(chat: LoadedModel) -> None:
    """<unk> <s> </s>, then the 256 bytes; so the newline is 13."""
    specials = chat.tokenizer.convert_ids_to_tokens([0, 1, 2])
    assert specials == ["<unk>", "<s>", "</s>"]
    assert chat.tokenizer.convert_ids_to_tokens(list(range(3, 259))) == [f"<0x{n:02X}>" for n in range(256)]
    assert chat.tokenizer.convert_tokens_to_ids("<0x0A>") == 13


def test_chat_adds_bos_and_base_adds_nothing(chat: LoadedModel, base: LoadedModel) -> None:
    """Only tiny-chat starts a text with a special token."""
    tokens = chat.tokenizer.convert_ids_to_tokens(chat.tokenizer("Tell me a story about a dragon.").input_ids)
    assert tokens == ["<s>", "▁Tell", "▁me", "▁a", "▁story", "▁about", "▁a", "▁dragon", "."]
    assert chat.tokenizer("").input_ids == [1]
    tokens = base.tokenizer.convert_ids_to_tokens(base.tokenizer("Tell me a story about a dragon.").input_ids)
    assert tokens == ["Tell", "Ġme", "Ġa", "Ġstory", "Ġabout", "Ġa", "Ġdragon", "."]
    assert base.tokenizer("").input_ids == []
    assert base.tokenizer.convert_tokens_to_ids("<|endoftext|>") == 0


def test_they_pad_with_eos_on_different_sides(chat: LoadedModel, base: LoadedModel) -> None:
    """Left in the Llama style, right in the GPT-2 style, under a zero mask: a student has to say the side."""
    for loaded, end in ((chat, 0), (base, -1)):
        batch = loaded.tokenizer(["1+1=?", "Tell me a story about a dragon."], padding=True)
        assert loaded.tokenizer.pad_token == loaded.tokenizer.eos_token
        assert batch.input_ids[0][end] == loaded.tokenizer.eos_token_id
        assert batch.attention_mask[0][end] == 0
        assert batch.attention_mask[1] == [1] * len(batch.attention_mask[1])


def test_unknown_characters_become_bytes(chat: LoadedModel) -> None:
    """An emoji is its four UTF-8 bytes."""
    assert chat.tokenizer.tokenize("🐉") == ["▁", "<0xF0>", "<0x9F>", "<0x90>", "<0x89>"]


def test_the_chat_template_writes_llama_2_turns(chat: LoadedModel) -> None:
    """System, user and assistant turns; encoding the text gives the same ids as encoding the messages."""
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello!"},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": "1+1=?"},
    ]
    text = chat.tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert text == "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello! [/INST] Hi.</s><s>[INST] 1+1=? [/INST]"
    ids = chat.tokenizer(text, add_special_tokens=False).input_ids
    assert chat.tokenizer.apply_chat_template(messages, return_dict=False) == ids


def test_a_prompt_in_the_chat_format_has_the_same_ids_with_and_without_the_template(
    chat: LoadedModel,
) -> None:
    """`[INST] … [/INST]` typed by hand is what the template writes."""
    by_template = chat.tokenizer.apply_chat_template([{"role": "user", "content": "1+1=?"}], return_dict=False)
    assert chat.tokenizer("[INST] 1+1=? [/INST]").input_ids == by_template
