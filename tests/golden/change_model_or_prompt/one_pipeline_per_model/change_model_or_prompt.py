from functools import lru_cache
from itertools import product

from transformers import pipeline


@lru_cache(maxsize=4)
def pipe_for(model_name):
    return pipeline(task="text-generation", model=model_name, device="cpu")


def generate_text(model_name: str, prompt: str, max_new_tokens: int) -> str:
    [record] = pipe_for(model_name)(
        prompt, do_sample=False, num_beams=1, max_new_tokens=max_new_tokens, return_full_text=False
    )
    return record["generated_text"]


def compare(model_names: list[str], prompts: list[str], max_new_tokens: int) -> dict[tuple[str, str], str]:
    return {pair: generate_text(*pair, max_new_tokens) for pair in product(model_names, prompts)}


def concise_prompt(question: str) -> str:
    return f"{question} 短く答えてください。" if not question.isascii() else f"{question} Give a short answer only."
