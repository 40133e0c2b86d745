"""The shapes of the two models; both have random weights here."""

import torch
from transformers import (
    GenerationConfig,
    GPTNeoXConfig,
    GPTNeoXForCausalLM,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

MODELS = ("tiny-chat", "tiny-base")
CONTEXT = 512


def initialise(name: str, tokenizer: PreTrainedTokenizerBase, seed: int) -> PreTrainedModel:
    """A model with seeded random weights, token ids and generation defaults set."""
    torch.manual_seed(seed)
    ids = {
        "bos_token_id": tokenizer.convert_tokens_to_ids("<s>") if name == "tiny-chat" else tokenizer.eos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    shape = {
        "vocab_size": len(tokenizer),
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": CONTEXT,
        "tie_word_embeddings": True,
        **ids,
    }
    model: PreTrainedModel
    if name == "tiny-chat":
        model = LlamaForCausalLM(LlamaConfig(hidden_size=192, intermediate_size=704, num_key_value_heads=4, **shape))
    else:
        config = GPTNeoXConfig(hidden_size=160, intermediate_size=640, use_parallel_residual=True, **shape)
        model = GPTNeoXForCausalLM(config)
    model.generation_config = GenerationConfig(**ids)
    return model
