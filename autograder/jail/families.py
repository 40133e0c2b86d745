"""What "by hand" forbids below the names: for each kind of work, the operations and functions that do it.

A check says names ("torch.softmax", `forbid(model, "generate")`). Each belongs to a family, and with one name of it the
whole family is barred (`jail.barred`), by whatever name, attribute, container or copy it is reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_LIBRARIES = frozenset({"scipy", "tokenizers", "torch", "transformers"})


@dataclass(frozen=True)
class Family:
    """One kind of work.

    Args:
        word: what its operators are called to students, who need not know them.
        names: last parts of the dotted names that stand for it.
        operators: a pattern of PyTorch operators, searched in names such as "aten::_softmax".
        functions: dotted names of Python functions that do the work; ending in ".*": all that a class defines.
        everywhere: names of functions that do it wherever transformers defines them.
        methods: dotted names of functions and methods written in C or Rust.
        within: dotted names of Python functions in which libraries may use `methods`.
    """

    word: str
    names: frozenset[str]
    operators: str = ""
    functions: tuple[str, ...] = ()
    everywhere: frozenset[str] = frozenset()
    methods: tuple[str, ...] = ()
    within: tuple[str, ...] = ()


def families_of(names: Iterable[str]) -> tuple[Family, ...]:
    """The families that the dotted `names` belong to."""
    parts = {name.rpartition(".")[2] for name in names if name.partition(".")[0] in _LIBRARIES}
    return tuple(family for family in FAMILIES if family.names & parts)


_PIPELINES, _GENERATION = "transformers.pipelines", "transformers.generation"
_BACKEND = "transformers.tokenization_utils_tokenizers.TokenizersBackend"
_BATCHING = f"{_GENERATION}.continuous_batching.continuous_api"
_PIPELINE = (
    f"{_PIPELINES}.pipeline",
    *(f"{_PIPELINES}.base.Pipeline.{name}" for name in ("__init__", "__call__", "run_single", "forward", "iterate")),
    f"{_PIPELINES}.text_generation.TextGenerationPipeline.*",
)

FAMILIES = (
    Family(
        "softmax",
        frozenset({"softmax", "log_softmax", "softmin", "Softmax", "LogSoftmax", "Softmin"}),
        # Attention ends in a softmax, and some of its kernels do not call the operator for it.
        operators=r"softmax|attention|encoder_layer",
        functions=(  # which compute it in Python, from exp and sum
            "torch.distributions.transforms.SoftmaxTransform._call",
            "torch.distributions.categorical.Categorical.__init__",
            "torch.distributed.tensor.parallel.loss._log_softmax",
            *(f"torch._refs.{name}" for name in ("softmax", "log_softmax")),
            *(f"torch._decomp.decompositions.{name}" for name in ("_softmax", "_log_softmax", "safe_softmax")),
            *(f"scipy.special._logsumexp.{name}" for name in ("softmax", "log_softmax")),
            *(f"{_PIPELINES}.{kind}_classification.softmax" for kind in ("text", "image")),
            f"{_PIPELINES}.document_question_answering.select_starts_ends",
            f"{_PIPELINES}.token_classification.TokenClassificationPipeline.postprocess",
            f"{_PIPELINES}.zero_shot_classification.ZeroShotClassificationPipeline.postprocess",
            "torch._inductor.inductor_prims.eager_prepare_softmax",
        ),
        methods=(  # compilers within torch, whose code calls no operator
            *("torch._C._te.TensorExprKernel.__init__", "torch._C._te.lower"),
            *(f"torch._C._jit_set_{name}" for name in ("te_must_use_llvm_cpu", "llga_enabled")),
            *(f"torch._C._jit_{name}" for name in ("override_can_fuse_on_cpu", "pass_fuse_tensorexprs")),
        ),
    ),
    Family(
        "generate",
        frozenset({"generate"}),
        functions=(
            *(
                f"{_GENERATION}.utils.GenerationMixin.{name}"
                for name in ("generate", "_sample", "_beam_search", "_assisted_decoding", "_prefill", "heal_tokens")
            ),
            f"{_GENERATION}.candidate_generator.AssistedCandidateGenerator.*",
            *(f"{_BATCHING}.{name}.*" for name in ("ContinuousMixin", "ContinuousBatchingManager")),
            f"{_BATCHING}.ContinuousBatchProcessor.*",
            *_PIPELINE,
            # The grader's own, which students can import.
            *(f"autograder.stats.greedy.{name}" for name in ("greedy_tokens", "_greedy_run")),
        ),
        # Some models have loops of their own.
        everywhere=frozenset({"generate", "generate_batch", "_sample", "_beam_search", "_assisted_decoding"}),
    ),
    Family("pipeline", frozenset({"pipeline", "TextGenerationPipeline"}), functions=_PIPELINE),
    Family(
        "encode",
        frozenset({"encode", "_encode_plus"}),
        functions=(f"{_BACKEND}._encode_without_added_tokens",),
        methods=(
            *(f"tokenizers.Tokenizer.{name}" for name in ("encode", "encode_batch", "encode_batch_fast")),
            *(f"tokenizers.Tokenizer.async_{name}" for name in ("encode", "encode_batch", "encode_batch_fast")),
            "tokenizers.models.Model.tokenize",
        ),
        within=(f"{_BACKEND}.tokenize",),
    ),
    Family(
        "decode",
        frozenset({"decode", "batch_decode", "_decode", "convert_tokens_to_string"}),
        methods=(
            *(f"tokenizers.Tokenizer.{name}" for name in ("decode", "decode_batch", "async_decode_batch")),
            "tokenizers.decoders.Decoder.decode",
            "tokenizers.decoders.DecodeStream.step",
        ),
    ),
)
