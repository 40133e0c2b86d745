"""モデルとプロンプトを変えて、出力の変化を見る / Change the model and the prompt, and watch the output change."""

from transformers import pipeline


def generate_text(model_name: str, prompt: str, max_new_tokens: int) -> str:
    """プロンプトの続きを貪欲法で生成し、新しく生成された部分だけを返す。

    Continue the prompt greedily and return only the new text.

    Args:
        model_name: folder of a model, or its id on the Hugging Face Hub.
        prompt: goes to the model as it is.
        max_new_tokens: upper limit of the tokens to generate, the prompt's not counted, at least 1.

    Returns: the new text, without the prompt and without special tokens.
    """
    # BEGIN SOLUTION
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]
    # END SOLUTION


def compare(model_names: list[str], prompts: list[str], max_new_tokens: int) -> dict[tuple[str, str], str]:
    """すべてのモデルに、すべてのプロンプトを与えた結果を表にする。

    Give every prompt to every model.

    Args:
        model_names: as `model_name` of `generate_text`.
        prompts: the prompts.
        max_new_tokens: as in `generate_text`.

    Returns: for each pair (model name, prompt), the text that `generate_text` gives.
    """
    # BEGIN SOLUTION
    return {
        (model_name, prompt): generate_text(model_name, prompt, max_new_tokens)
        for model_name in model_names
        for prompt in prompts
    }
    # END SOLUTION


def concise_prompt(question: str) -> str:
    """言葉だけで、モデルが短く答えるようになるプロンプトを作る。

    A prompt by whose wording alone a chat model answers the question briefly.

    Args:
        question: a question of fact, in Japanese or English.

    Returns: a prompt of at most 500 characters that contains the question as it is, and not its answer.
    """
    # BEGIN SOLUTION
    if question.isascii():
        return f"{question} Answer in one word."
    return f"{question} 一言で答えてください。"
    # END SOLUTION
