"""pipeline を使わずに文を生成する / Generate text without the pipeline."""

from transformers import PreTrainedModel, PreTrainedTokenizerBase


def generate_text(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompt: str, max_length: int) -> str:
    """トークナイザ、モデル、トークナイザの順に通して、プロンプトとその続きを返す。

    Send the prompt through tokenizer, model and tokenizer, and return it with its greedy continuation.

    Args:
        model: a causal language model.
        tokenizer: its tokenizer; `pipeline` is not allowed here.
        prompt: goes to the model as it is; it holds no special tokens.
        max_length: limit of tokens, the prompt's included; greater than the number of the prompt's tokens.

    Returns: the prompt and its continuation as one text, without special tokens.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
