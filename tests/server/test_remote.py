"""A model on the server does what the same model in this process does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    DynamicCache,
    LogitsProcessor,
    MaxTimeCriteria,
    StoppingCriteria,
    StoppingCriteriaList,
    TextStreamer,
    pipeline,
)

from autograder.audit import Bench
from autograder.grading.engine import Served
from autograder.models import LoadedModel, left_as_found
from autograder.server.link import RemoteModelError
from autograder.server.remote import RemoteCausalLM

PROMPTS = ["Tell me a story about a dragon.", "1+1=?", "Once upon a time there was a little girl"]
TOLERANCE = 1e-4  # logits in float32


def left(lm: LoadedModel, *prompts: str) -> Any:
    return lm.tokenizer(list(prompts), return_tensors="pt", padding=True, padding_side="left")


def greedy(lm: LoadedModel) -> Any:
    return lm.model.generate(**left(lm, PROMPTS[0]), max_new_tokens=24, do_sample=False)


def left_padded_batch(lm: LoadedModel) -> Any:
    return lm.model.generate(**left(lm, *PROMPTS), max_new_tokens=16, do_sample=False)


def without_cache(lm: LoadedModel) -> Any:
    return lm.model.generate(**left(lm, *PROMPTS), max_new_tokens=8, do_sample=False, use_cache=False)


def padded_without_mask(lm: LoadedModel) -> Any:
    """A student's mistake, which must stay the same mistake."""
    ids = left(lm, *PROMPTS).input_ids
    return lm.model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)


def sampled(lm: LoadedModel) -> Any:
    torch.manual_seed(3)
    return lm.model.generate(**left(lm, *PROMPTS[:2]), max_new_tokens=12, do_sample=True, num_return_sequences=3)


def filtered(lm: LoadedModel) -> Any:
    torch.manual_seed(4)
    settings: dict[str, Any] = {"temperature": 1.5, "top_k": 8, "top_p": 0.9, "repetition_penalty": 1.3}
    return lm.model.generate(**left(lm, PROMPTS[0]), max_new_tokens=12, do_sample=True, **settings)


def beams(lm: LoadedModel) -> Any:
    return lm.model.generate(**left(lm, *PROMPTS[:2]), max_new_tokens=12, num_beams=4, do_sample=False)


def prompt_lookup(lm: LoadedModel) -> Any:
    """Which crops the cache."""
    return lm.model.generate(**left(lm, PROMPTS[0]), max_new_tokens=16, do_sample=False, prompt_lookup_num_tokens=3)


class NoRepeats(LogitsProcessor):
    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        return scores.scatter(1, input_ids, -torch.inf)


class AfterFive(StoppingCriteria):
    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> Any:
        return torch.full((len(input_ids),), input_ids.shape[1] >= 14)


def processed_and_stopped(lm: LoadedModel) -> Any:
    inputs, stops = left(lm, PROMPTS[0]), StoppingCriteriaList([AfterFive(), MaxTimeCriteria(1000)])
    return lm.model.generate(
        **inputs, max_new_tokens=20, do_sample=False, logits_processor=[NoRepeats()], stopping_criteria=stops
    )


def streamed(lm: LoadedModel) -> Any:
    pieces: list[str] = []
    streamer = TextStreamer(lm.tokenizer)
    streamer.on_finalized_text = lambda text, stream_end=False: pieces.append(text)  # type: ignore[method-assign]
    lm.model.generate(**left(lm, PROMPTS[0]), max_new_tokens=8, do_sample=False, streamer=streamer)
    return "".join(pieces)


def by_pipeline(lm: LoadedModel) -> Any:
    pipe = pipeline("text-generation", model=lm.model, tokenizer=lm.tokenizer)
    return pipe(PROMPTS, max_new_tokens=8, do_sample=False, batch_size=2)


def by_pipeline_from_its_path(lm: LoadedModel) -> Any:
    return pipeline("text-generation", model=lm.path)(PROMPTS[0], max_new_tokens=8, do_sample=False)


def from_its_path(lm: LoadedModel) -> Any:
    model = AutoModelForCausalLM.from_pretrained(lm.path)
    return model.generate(**left(lm, PROMPTS[0]), max_new_tokens=8, do_sample=False)


def with_scores(lm: LoadedModel) -> Any:
    options: dict[str, Any] = {"return_dict_in_generate": True, "output_scores": True}
    output = lm.model.generate(**left(lm, PROMPTS[0]), max_new_tokens=4, do_sample=False, **options)
    return torch.stack(output.scores)


GENERATIONS: list[Callable[[LoadedModel], Any]] = [
    greedy, left_padded_batch, without_cache, padded_without_mask, sampled, filtered, beams, prompt_lookup,
    processed_and_stopped, streamed, by_pipeline, by_pipeline_from_its_path, from_its_path, with_scores,
]  # fmt: skip


def whole(lm: LoadedModel) -> Any:
    return lm.model(**left(lm, PROMPTS[0])).logits


def last_two(lm: LoadedModel) -> Any:
    return lm.model(**left(lm, PROMPTS[0]), logits_to_keep=2).logits


def chosen_positions(lm: LoadedModel) -> Any:
    return lm.model(**left(lm, PROMPTS[0]), logits_to_keep=torch.tensor([0, 2])).logits


def loss(lm: LoadedModel) -> Any:
    inputs = left(lm, PROMPTS[0])
    return lm.model(**inputs, labels=inputs.input_ids).loss


def stepwise(lm: LoadedModel) -> Any:
    """By a loop with a cache, as students write it."""
    ids, cache, logits = left(lm, PROMPTS[0]).input_ids, None, []
    for step in range(4):
        output = lm.model(ids if step == 0 else ids[:, -1:], past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        logits.append(output.logits[:, -1])
        ids = torch.cat([ids, output.logits[:, -1:].argmax(-1)], 1)
    return torch.cat(logits)


def own_cache(lm: LoadedModel) -> Any:
    """Made by the student, and filled in place."""
    cache = DynamicCache()
    lm.model(left(lm, PROMPTS[0]).input_ids, past_key_values=cache)
    return lm.model(torch.tensor([[7]]), past_key_values=cache).logits


def copied_cache(lm: LoadedModel) -> Any:
    """Both go on by themselves."""
    with torch.no_grad():
        return _copied_cache(lm)


def _copied_cache(lm: LoadedModel) -> Any:
    cache = lm.model(left(lm, PROMPTS[0]).input_ids).past_key_values
    other = copy.deepcopy(cache)
    first = lm.model(torch.tensor([[7]]), past_key_values=cache).logits
    second = lm.model(torch.tensor([[8]]), past_key_values=other).logits
    third = lm.model(torch.tensor([[9]]), past_key_values=cache).logits
    return torch.cat([first, second, third])


def cropped_cache(lm: LoadedModel) -> Any:
    cache = lm.model(left(lm, PROMPTS[0]).input_ids).past_key_values
    cache.crop(-3)
    return lm.model(torch.tensor([[7]]), past_key_values=cache).logits


def repeated_and_reordered_cache(lm: LoadedModel) -> Any:
    inputs = left(lm, *PROMPTS[:2])
    cache = lm.model(**inputs).past_key_values
    cache.batch_repeat_interleave(2)
    cache.reorder_cache(torch.tensor([3, 0, 1, 1]))
    mask = inputs.attention_mask.repeat_interleave(2, 0)[[3, 0, 1, 1]]
    mask = torch.cat([mask, torch.ones(4, 1, dtype=torch.long)], 1)
    return lm.model(torch.tensor([[5], [6], [7], [7]]), attention_mask=mask, past_key_values=cache).logits


def mask_that_changes(lm: LoadedModel) -> Any:
    """Tokens of which the earlier ones were computed under another mask."""
    cache = lm.model(left(lm, PROMPTS[0]).input_ids).past_key_values
    n = cache.get_seq_length()
    mask = torch.ones(1, n + 1, dtype=torch.long)
    mask[0, 2:4] = 0
    return lm.model(torch.tensor([[7]]), attention_mask=mask, past_key_values=cache).logits


def own_positions(lm: LoadedModel) -> Any:
    ids = left(lm, PROMPTS[0]).input_ids
    return lm.model(ids, position_ids=torch.arange(ids.shape[1])[None] + 3).logits


FORWARDS: list[Callable[[LoadedModel], Any]] = [
    whole, last_two, chosen_positions, loss, stepwise, own_cache, copied_cache, cropped_cache,
    repeated_and_reordered_cache, mask_that_changes, own_positions,
]  # fmt: skip

BOTH = ["lm", "other_lm"]


@pytest.fixture(params=BOTH)
def pair(request: pytest.FixtureRequest, served: Served, bench: Bench) -> Iterator[tuple[LoadedModel, LoadedModel]]:
    """The served model, and the same one in this process; pipelines set the side on which their tokenizers pad."""
    with (
        left_as_found(getattr(served.models, request.param)) as remote,
        left_as_found(getattr(bench.models, request.param)) as local,
    ):
        yield remote, local


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("generate", GENERATIONS, ids=lambda one: one.__name__)
def test_it_generates_the_same(pair: tuple[LoadedModel, LoadedModel], generate: Callable[[LoadedModel], Any]):
    """The same tokens and texts, drawn ones as well."""
    theirs, ours = generate(pair[0]), generate(pair[1])
    if isinstance(ours, torch.Tensor) and ours.is_floating_point():
        assert torch.allclose(theirs, ours, atol=TOLERANCE)
    else:
        assert str(theirs) == str(ours)


@pytest.mark.parametrize("forward", FORWARDS, ids=lambda one: one.__name__)
def test_it_predicts_the_same(pair: tuple[LoadedModel, LoadedModel], forward: Callable[[LoadedModel], Any]):
    """Logits of the same shape, equal up to rounding."""
    theirs, ours = forward(pair[0]).detach(), forward(pair[1]).detach()
    assert theirs.shape == ours.shape
    assert torch.allclose(theirs, ours, atol=TOLERANCE)


def test_it_looks_like_the_model_that_it_is(pair: tuple[LoadedModel, LoadedModel]):
    """Class name, config, generation config, device, dtype and chat template."""
    theirs, ours = pair
    assert type(theirs.model).__name__ == type(ours.model).__name__
    assert isinstance(theirs.model, RemoteCausalLM)
    assert theirs.model.config.vocab_size == ours.model.config.vocab_size
    assert theirs.model.generation_config.eos_token_id == ours.model.generation_config.eos_token_id
    assert (theirs.model.device, theirs.model.dtype) == (ours.model.device, ours.model.dtype)
    assert theirs.tokenizer.chat_template == ours.tokenizer.chat_template
    for text in ["a dragon", " 日本語 🐉\n", ""]:
        assert theirs.tokenizer(text).input_ids == ours.tokenizer(text).input_ids


def test_gradients_are_asked_for_as_elsewhere(served: Served):
    """A tensor that took part in them becomes numpy by detach only."""
    ids = torch.tensor([[1, 2]])
    with pytest.raises(RuntimeError, match="detach"):
        served.models.lm.model(ids).logits.numpy()
    with torch.no_grad():
        assert served.models.lm.model(ids).logits.numpy().shape[:2] == (1, 2)


@pytest.mark.parametrize("option", ["output_hidden_states", "output_attentions"])
def test_what_the_server_does_not_give_is_refused_in_words(served: Served, option: str):
    """By its name."""
    with pytest.raises(RemoteModelError, match=f"{option}: the model is on a server"):
        served.models.lm.model(torch.tensor([[1]]), **{option: True})


def test_embeddings_and_other_caches_are_refused_in_words(served: Served):
    """What to pass instead is said."""
    model = served.models.lm.model
    with pytest.raises(RemoteModelError, match="token ids alone"):
        model(inputs_embeds=torch.zeros(1, 1, 4))
    with pytest.raises(RemoteModelError, match="empty DynamicCache"):
        model(torch.tensor([[1]]), past_key_values=((), ()))
    with pytest.raises(RemoteModelError, match=r"shape \(batch, tokens\)"):
        model(torch.tensor([[1]]), attention_mask=torch.ones(1, 1, 1, 1))
    cache = model(torch.tensor([[1]])).past_key_values
    with pytest.raises(RemoteModelError, match="lie at the model server"):
        cache.update(torch.zeros(1), torch.zeros(1), 0)


@pytest.mark.parametrize("ids", [[[1, 10**6]], [[-1]]], ids=str)
def test_a_number_that_is_no_token_is_an_index_error(pair: tuple[LoadedModel, LoadedModel], ids: list[list[int]]):
    """As where the model is in this process."""
    for lm in pair:
        with pytest.raises(IndexError):
            lm.model(torch.tensor(ids))


def test_a_batch_that_does_not_fit_the_cache_is_refused(served: Served):
    """Before the server is asked."""
    cache = served.models.lm.model(torch.tensor([[1]])).past_key_values
    with pytest.raises(RuntimeError, match="of 1 sequences, but input_ids has 2"):
        served.models.lm.model(torch.tensor([[1], [2]]), past_key_values=cache)
