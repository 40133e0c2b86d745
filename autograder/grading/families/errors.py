"""What exceptions of Python and of libraries mean, in words that hold nothing of what was passed."""

from __future__ import annotations

import re

from autograder.messages import Message


def meaning(error: str, text: str) -> Message | None:
    """What led to an exception of class `error` that said `text`, and what to do; None if that is not known."""
    return next((words for kinds, said, words in _KNOWN if error in kinds and re.search(said, text)), None)


# What `generate` says of a max_length that the prompt alone reaches.
NO_ROOM = re.compile(r"Input length of input_ids is .*max_length")
_ANY = ("ValueError", "RuntimeError", "TypeError", "IndexError", "AttributeError")
_KNOWN: tuple[tuple[tuple[str, ...], str, Message], ...] = (
    (_ANY, NO_ROOM.pattern, Message("max_length はプロンプトのトークンも数えます。新しいトークンの数だけを制限するには max_new_tokens を渡してください。", "max_length counts the prompt's tokens, too. To limit the new tokens alone, pass max_new_tokens.")),
    (_ANY, r"probability tensor contains either", Message("nan や inf、負の数を含む確率から選ぼうとしています。全部のトークンを消してしまった行や、0 での割り算がないか確かめてください。", "Something is drawn from probabilities with nan, inf or a negative number in them. Look for a row whose tokens are all cut off, or a division by 0.")),
    (_ANY, r"invalid multinomial distribution", Message("合計が 0 の確率から選ぼうとしています。全部のトークンを消していないか確かめてください。", "Something is drawn from probabilities that sum to 0. Look for a cut that removes every token.")),
    (_ANY, r"selected index k out of range", Message("topk の k が要素の数より大きくなっています。少ないほうを使ってください。", "The k of topk is larger than the number of elements. Take the smaller of the two.")),
    (_ANY, r"Boolean value of Tensor with more than one value|truth value of an array", Message("要素が 2 つ以上あるテンソルを if や and に使っています。.any()、.all()、.item() のどれかを選んでください。", "A tensor of several elements stands in an if or an and. Choose .any(), .all() or .item().")),
    (_ANY, r"Tensors must have same number of dimensions|zero-dimensional tensor.*cannot be concatenated", Message("次元の数が違うテンソルをつなげようとしています。unsqueeze や view(1, 1) でそろえてください。", "Tensors of different dimensions are joined. Make them alike by unsqueeze or view(1, 1).")),
    (_ANY, r"expected scalar type|same dtype|to have the same dtype", Message("型（dtype）の違うテンソルを一緒に使っています。", "Tensors of different dtypes are used together.")),
    (_ANY, r"seed must be between|Seed must be between|Overflow when unpacking long", Message("乱数の seed にできない数を渡しています。", "A number that is no seed is passed as one.")),
    (("TypeError",), r"missing \d+ required", Message("引数の足りない呼び出しがあります。関数の引数は、配られたファイルのままにしてください。", "A call lacks an argument. Keep the arguments of the functions as in the file that you were given.")),
    (("TypeError",), r"unexpected keyword argument|takes .* positional argument", Message("受け取れない引数が渡されています。関数の引数は、配られたファイルのままにしてください。", "A call passes an argument that is not there. Keep the arguments of the functions as in the file that you were given.")),
    (("TypeError", "AttributeError"), r"'?NoneType'?", Message("値のはずのところに None があります。return を忘れた関数の結果や、見つからなかったものを使っていないか確かめてください。", "There is None where a value should be: the result of a function without return, or something that was not found.")),
    (("TypeError",), r"not callable", Message("関数でないものを、関数のように呼んでいます。関数と同じ名前の変数を作っていないか確かめてください。", "Something that is no function is called. Look for a variable that has a function's name.")),
    (("OverflowError",), r"", Message("数が大きくなりすぎて計算できません（exp は 700 くらいまでです）。大きな値でもあふれない計算の順にしてください。", "A number gets too large to compute (exp holds up to about 700). Order the computation so that large values do not overflow.")),
    (("ZeroDivisionError",), r"", Message("0 で割っています。割る数が 0 になるのはどんなときか、考えてください。", "There is a division by 0. Think about when the divisor becomes 0.")),
    (("ValueError",), r"math domain error|expected a positive input", Message("0 以下の数の対数か、負の数の平方根を求めています。0 の値をどう扱うかを決めてください。", "The logarithm of 0 or less, or the root of a negative number, is taken. Decide what to do with a value of 0.")),
    (("IndexError",), r"", Message("ない位置の要素を取り出そうとしています。空のリストや、終わりを 1 つ過ぎた位置がないか確かめてください。", "An element is taken from a place that does not exist. Look for an empty list, or a place one behind the end.")),
    (("StopIteration",), r"", Message("next(…) に、当てはまるものが 1 つもありません。そのときに返すものを決めてください。", "next(…) finds nothing. Decide what to give back in that case.")),
    (("UnboundLocalError",), r"", Message("値を入れる前の変数を使っています。どの道を通っても値が入るようにしてください。", "A variable is used before it has a value. Give it one on every path.")),
    (("NameError",), r"", Message("定義していない名前を使っています。綴りと import を確かめてください。", "A name is used that is not defined. Look at its spelling, and at the imports.")),
    (("RecursionError",), r"", Message("関数が自分自身を呼び続けています。終わる条件を確かめてください。", "A function calls itself without end. Look at what should end it.")),
    (("UnicodeDecodeError",), r"", Message("文字として読めないバイトがあります。読めないときにどうするかを決めてください。", "There are bytes that cannot be read as characters. Decide what becomes of them.")),
    (("KeyError",), r"", Message("辞書にないキーを引いています。", "A dict is asked for a key that it does not have.")),
)  # fmt: skip
