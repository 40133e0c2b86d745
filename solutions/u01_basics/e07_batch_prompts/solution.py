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
    # BEGIN SOLUTION
    if not prompts:
        return []
    inputs = tokenizer(prompts, return_tensors="pt", padding=True, padding_side="left").to(model.device)
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    # END SOLUTION
