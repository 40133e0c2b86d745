"""Self-BLEU で多様さを測る / Measure diversity with Self-BLEU."""

import sacrebleu


def self_bleu(texts: list[str]) -> list[float]:
    """各テキストの、残りすべてを参照とした文単位の BLEU を返す。

    Sentence-level BLEU of each text with all the others as references.

    Args:
        texts: at least two texts; equal texts may occur, and the empty string is a text too.

    Returns: one score per text, in the order of `texts`, from 0 to 100 (not rounded): sacrebleu's
        sentence-level BLEU with its default tokenizer and smoothing and with effective order on.
    Raises: ValueError if there are fewer than two texts.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError


def average_self_bleu(texts: list[str]) -> float:
    """`self_bleu(texts)` の平均を返す。低いほど多様。

    Mean of `self_bleu(texts)`; the lower, the more diverse.

    Args:
        texts: at least two texts.

    Returns: from 0 to 100, not rounded.
    Raises: ValueError if there are fewer than two texts.
    """
    # ここに書いてください / Write your code here
    raise NotImplementedError
