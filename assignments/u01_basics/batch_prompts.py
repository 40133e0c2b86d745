"""いくつものプロンプトを 1 つのバッチで生成する / Continue several prompts in one batch."""

from transformers import PreTrainedModel, PreTrainedTokenizerBase


def generate_batch(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, prompts: list[str], max_new_tokens: int
) -> list[str]:
    """すべてのプロンプトの続きを、まとめて貪欲法で生成する。

    Continue all prompts greedily, in one batch.

    Args:
        model: a causal language model.
        tokenizer: its tokenizer, with a padding token.
        prompts: any number of prompts, of any lengths; the same one may come again.
        max_new_tokens: limit of new tokens for each prompt, at least 1.

    Returns: the new text of each prompt, in the order of `prompts`, without special tokens: what the prompt alone gives.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
