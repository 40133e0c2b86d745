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
    # ここに書いてください / Write your code here
    raise NotImplementedError


def compare(model_names: list[str], prompts: list[str], max_new_tokens: int) -> dict[tuple[str, str], str]:
    """すべてのモデルに、すべてのプロンプトを与えた結果を表にする。

    Give every prompt to every model.

    Args:
        model_names: as `model_name` of `generate_text`.
        prompts: the prompts.
        max_new_tokens: as in `generate_text`.

    Returns: for each pair (model name, prompt), the text that `generate_text` gives.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def concise_prompt(question: str) -> str:
    """言葉だけで、モデルが短く答えるようになるプロンプトを作る。

    A prompt by whose wording alone a chat model answers the question briefly.

    Args:
        question: a question of fact, in Japanese or English.

    Returns: a prompt of at most 500 characters that contains the question as it is, and not its answer.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
