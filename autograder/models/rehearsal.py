"""What a process that will be forked does once before: libraries are imported and set up, so that no fork does it again."""

from __future__ import annotations

import io

from autograder.models import LoadedModel, left_as_found


def rehearse(lm: LoadedModel) -> None:
    """Do once what students do, so that what libraries import and set up at first use is there before the fork.

    The model and the tokenizer are left as they were found: a pipeline sets the side on which its tokenizer pads.
    """
    import sacrebleu

    with left_as_found(lm):
        _generate(lm)
    sacrebleu.sentence_bleu("a b c d", ["a b c e"])
    _draw()


def _generate(lm: LoadedModel) -> None:
    from transformers import pipeline, set_seed

    set_seed(0)
    pipe = pipeline("text-generation", model=lm.model, tokenizer=lm.tokenizer)
    for options in ({"do_sample": False}, {"do_sample": True, "num_return_sequences": 2}):
        pipe("a", max_new_tokens=2, **options)
    if lm.tokenizer.chat_template:
        lm.tokenizer.apply_chat_template([{"role": "user", "content": "a"}], add_generation_prompt=True)


def _draw() -> None:
    import matplotlib.pyplot as plt  # with its list of fonts, which takes seconds where it has to be made
    from matplotlib import font_manager

    figure, axes = plt.subplots()
    axes.plot([0, 1], label="a")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)
    plt.rcdefaults()
    # A student process closes the files of the fonts; drawing there has to open them again.
    font_manager._get_font.cache_clear()  # type: ignore[attr-defined]
