"""The settings of the page as code for transformers that a student may copy and run."""

from __future__ import annotations

from autograder.models import EMBEDDED, LoadedModel
from autograder.stats import Sampler

_SNIPPET = """\
{first}from transformers import GenerationConfig, pipeline, set_seed

settings = GenerationConfig(
    do_sample=True,
    temperature={temperature!r},
    top_k={top_k!r},{note}
    top_p={top_p!r},
    epsilon_cutoff={epsilon!r},
    max_new_tokens={max_new_tokens!r},
)
write = pipeline("text-generation", model={path})
set_seed({seed!r})
print(write({prompt}, generation_config=settings)[0]["generated_text"])
"""


def snippet(
    loaded: LoadedModel, prompt: str, sampler: Sampler, *, chat: bool, max_new_tokens: int, seed: int, note: str
) -> str:
    """Code that writes one text with these settings.

    Args:
        note: a remark on `top_k=0`, in the reader's language.
    """
    embedded = loaded.name in EMBEDDED
    given = f'[{{"role": "user", "content": {prompt!r}}}]' if chat else repr(prompt)
    return _SNIPPET.format(
        temperature=sampler.temperature,
        top_k=sampler.top_k,
        note=f"  # {note}" if sampler.top_k == 0 else "",
        top_p=sampler.top_p,
        epsilon=sampler.epsilon,
        max_new_tokens=max_new_tokens,
        first="from autograder.models import model_path\n" if embedded else "",
        path=f"model_path({loaded.name!r})" if embedded else repr(loaded.path),
        seed=seed,
        prompt=given,
    )
