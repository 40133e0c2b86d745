"""The grammar and the training code that the embedded models come from."""

import random
import shutil
from itertools import islice
from pathlib import Path

import pytest
import torch

from autograder.models import LoadedModel, model_path
from training import batches, train
from training.grammar import documents, stories_en
from training.grammar.facts import arithmetic
from training.grammar.sampling import nouns, zipf
from training.muon import orthogonalise


def test_calculations_are_right() -> None:
    """Every calculation of the grammar agrees with Python."""
    for question in arithmetic("en"):
        expression = question.wordings[0].removesuffix("=?")
        left, sign, right = expression[0], expression[1], expression[2]
        value = {"+": int(left) + int(right), "-": int(left) - int(right), "*": int(left) * int(right)}[sign]
        assert question.short == str(value)
        assert value >= 0


@pytest.mark.parametrize(
    ("noun", "phrase"),
    [("dragon", "a dragon"), ("owl", "an owl"), ("unicorn", "a unicorn"), ("honest man", "an honest man")],
)
def test_articles(noun: str, phrase: str) -> None:
    """An stands before a vowel sound."""
    assert stories_en.with_article(noun) == phrase


def test_zipf_prefers_the_first_rank_of_its_key() -> None:
    """Without a key the first item leads, about twice as often as the second."""
    rng = random.Random(0)
    drawn = [zipf(rng, "abc") for _ in range(6000)]
    assert 1.7 < drawn.count("a") / drawn.count("b") < 2.3


def test_story_nouns_are_single_tokens(chat: LoadedModel, base: LoadedModel) -> None:
    """Each noun without a space is one token of tiny-chat, and nine of ten are one of tiny-base."""
    for noun in nouns("en"):
        if " " not in noun:
            assert chat.tokenizer.tokenize(f"a {noun}") == ["▁a", f"▁{noun}"]
    for noun in nouns("ja"):
        assert chat.tokenizer.tokenize(noun) == ["▁", noun]
    single = [noun for noun in nouns("en") if len(base.tokenizer.tokenize(f" {noun}")) == 1]
    assert len(single) > 0.9 * len(nouns("en"))


@pytest.mark.parametrize("part", [0, 1])
def test_documents_are_encoded_as_at_inference(part: int, chat: LoadedModel) -> None:
    """The ids of a document begin with the ids of its prompt, end with EOS, and only the answer is learned."""
    rng = random.Random(part)
    drawn = [documents.draw(rng, "tiny-chat", part) for _ in range(200)]
    for document, (ids, weights) in zip(drawn, batches.encode(drawn, chat.tokenizer), strict=True):
        prompt = batches.spans(document)[0][0]
        read = chat.tokenizer(prompt).input_ids
        assert ids[: len(read)] == read
        assert ids[-1] == chat.tokenizer.eos_token_id
        assert len(weights) == len(ids)
        assert not any(weights[: len(read)])
        assert weights[len(read)] > 0 < weights[-1]


def test_the_chat_format_of_training_is_the_chat_template(chat: LoadedModel) -> None:
    """A conversation with a system prompt has the ids that `apply_chat_template` gives."""
    document = documents.Document((("Hello!", "Hi."), ("1+1=?", "2")), system="Be brief.", chat=True)
    messages = [{"role": "system", "content": "Be brief."}]
    for prompt, answer in document.turns:
        messages += [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    ((ids, _),) = batches.encode([document], chat.tokenizer)
    assert ids == chat.tokenizer.apply_chat_template(messages, return_dict=False)


def test_orthogonalised_matrices_have_singular_values_near_one() -> None:
    """Between 0.3 and 1.5 for a random matrix, wide or tall, which keeps its shape."""
    torch.manual_seed(0)
    for shape in ((16, 48), (48, 16)):
        result = orthogonalise(torch.randn(shape))
        assert result.shape == shape
        values = torch.linalg.svdvals(result)
        assert 0.3 < values.min() <= values.max() < 1.5


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four steps at once, and two steps, a stop and two steps more, give the same weight file."""
    monkeypatch.setattr(batches, "DOCUMENTS_PER_BLOCK", 24)
    monkeypatch.setattr(batches, "TOKENS_PER_BATCH", 300)
    monkeypatch.setattr(train, "CHECKPOINT_EVERY", 2)
    for name in ("whole", "stopped"):
        (tmp_path / name).mkdir()
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copy(Path(model_path("tiny-base")) / file, tmp_path / name / file)

    train.train("tiny-base", steps=4, out=tmp_path / "whole", work=tmp_path / "work-1")
    stream = batches.stream
    with monkeypatch.context() as patched:
        patched.setattr(train, "stream", lambda *args, **kwargs: islice(stream(*args, **kwargs), 2))
        train.train("tiny-base", steps=4, out=tmp_path / "stopped", work=tmp_path / "work-2")
    train.train("tiny-base", steps=4, out=tmp_path / "stopped", work=tmp_path / "work-2")

    files = [tmp_path / name / "model.safetensors" for name in ("whole", "stopped")]
    assert files[0].read_bytes() == files[1].read_bytes()
