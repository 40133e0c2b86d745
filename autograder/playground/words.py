"""Every sentence of the playground, in Japanese and English; `{name}` is filled in where it is said."""

from __future__ import annotations

from autograder.messages import Language, Message, chosen_language

LANGUAGES: dict[Language, str] = {"ja": "日本語", "en": "English"}


def first_language() -> Language:
    """The language in which the page opens: what AUTOGRADER_LANG or the locale chooses; Japanese where that is both or none."""
    try:
        chosen = chosen_language("ja")
    except ValueError:
        return "ja"
    return "ja" if chosen == "both" else chosen


TITLE = Message("文章生成プレイグラウンド", "Text generation playground")
SUBTITLE = Message(
    "つまみを動かして、次のトークンの分布がどう変わるかを見ましょう。",
    "Move the sliders and see what happens to the distribution of the next token.",
)
LANGUAGE = Message("言語 / Language", "言語 / Language")

# The model and the prompt
MODEL = Message("モデル", "Model")
MODEL_HELP = Message(
    "tiny-chat と tiny-base は付属の小さなモデルで、すぐに動きます。tiny-base は英語だけを学んでいます。",
    "tiny-chat and tiny-base are small models that come with the package and run at once. tiny-base knows English only.",
)
OTHER_MODEL = Message("ほかのモデル…", "another model…")
MODEL_NAME = Message("フォルダ、またはハブのモデル名", "A folder, or a model id of the hub")
MODEL_NAME_HELP = Message(
    "例: /data/models/llama、Qwen/Qwen3-0.6B。ハブのモデルは、先に `autograder models fetch` で入れておきます。",
    "Such as /data/models/llama or Qwen/Qwen3-0.6B. A model of the hub is downloaded by `autograder models fetch` first.",
)
LOAD = Message("読み込む", "Load")
LOADING = Message(
    "{name} を読み込んでいます。大きなモデルでは数分かかります。", "Loading {name}. A large model takes minutes."
)
NO_MODEL_YET = Message(
    "モデルのフォルダかハブの名前を入力して「読み込む」を押してください。ダウンロードはしません。",
    "Type a folder or a model id and press “Load”. Nothing is downloaded.",
)
EXAMPLE = Message("例から選ぶ", "Examples")
PROMPT = Message("プロンプト（続きを考えさせる文）", "Prompt (the text to continue)")
PROMPT_HELP = Message(
    "書きかけの文にすると、その続きの分布が見られます。改行も行末の空白もそのままモデルに渡ります。書き終えたら Ctrl+Enter か、欄の外をクリックします。",
    "Leave the text unfinished to see how it may go on. Line breaks and spaces at the end reach the model as they are. Press Ctrl+Enter or click elsewhere when you are done.",
)
CHAT = Message("チャットテンプレートを使う", "Use the chat template")
CHAT_HELP = Message(
    "プロンプトを、モデルが学習したときの会話の形（Llama 2 なら [INST] … [/INST]）に入れてから渡します。下のトークン列で違いを確かめてください。",
    "Puts the prompt into the form of a conversation that the model was trained on ([INST] … [/INST] for Llama 2). The tokens below show the difference.",
)
NO_CHAT = Message("このモデルにはチャットテンプレートがありません。", "This model has no chat template.")
OWN_SETTINGS = Message(
    "このモデルの作者は生成の設定 {settings} をすすめています。ここではそれを使わず、下のつまみだけで決めます。",
    "The authors of this model suggest the settings {settings}. The playground leaves them out: the sliders alone decide.",
)

# Tokens
TOKENS = Message("モデルが受け取るトークン: {n} 個", "What the model receives: {n} tokens")
TOKENS_HELP = Message(
    "上がトークン、下がその ID です。二重の枠は特殊トークン、太い枠はあなたが 1 歩ずつ足したトークンです。",
    "The token above, its id below. A double frame marks a special token, a thick one a token that you added step by step.",
)
SPECIAL = Message("特殊トークン", "special token")
ADDED = Message("足したトークン", "added")

# Sliders
TEMPERATURE = Message("① 温度 temperature", "① temperature")
TEMPERATURE_HELP = Message(
    "スコアを温度で割ってから確率にします。1 より小さいと差が開き、大きいと差が縮みます。何も取り除きません。",
    "Scores are divided by it before they become probabilities. Below 1 differences grow, above 1 they shrink. Nothing is removed.",
)
TOP_K = Message("② top-k", "② top-k")
TOP_K_HELP = Message(
    "確率の高い順に k 個だけを残します。分布がなだらかでも尖っていても、同じ k 個です。",
    "Keeps the k most probable tokens: the same k, be the distribution flat or sharp.",
)
TOP_P = Message("③ top-p", "③ top-p")
TOP_P_HELP = Message(
    "確率の高い順に足していき、合計が p に届くまでのトークンを残します。自信のある場面では少なく、迷う場面では多く残ります。",
    "Adds up probabilities from the largest down and keeps the tokens up to where the sum reaches p: few when the model is sure, many when it is not.",
)
EPSILON = Message("④ epsilon", "④ epsilon")
EPSILON_HELP = Message(
    "確率が epsilon に満たないトークンを取り除きます。どれも届かないときは、いちばん確率の高いものだけが残ります。",
    "Removes every token whose probability is below epsilon. If none reaches it, the most probable one stays.",
)
OFF = Message("なし", "off")
RESET_SETTINGS = Message("すべて外す", "All off")
RESET_HELP = Message(
    "4 つのつまみを、何もしない値（1、なし、1、なし）に戻します。",
    "Puts the four sliders on the values that change nothing (1, off, 1, off).",
)

# What each stage did
NOTHING_SET = Message(
    "どの設定も外れているので、モデルの分布そのものからトークンを選びます。top-p を 1 より下げてみましょう。",
    "No setting is in force: a token is drawn from the model's own distribution. Try a top-p below 1.",
)
DID_SHARPEN = Message(
    "**温度 {value:g}**: 差を広げました。1 位の確率は {before:.3f} から {after:.3f} に上がりました。",
    "**temperature {value:g}**: differences grew. The best token went from {before:.3f} up to {after:.3f}.",
)
DID_FLATTEN = Message(
    "**温度 {value:g}**: 差を縮めました。1 位の確率は {before:.3f} から {after:.3f} に下がりました。",
    "**temperature {value:g}**: differences shrank. The best token went from {before:.3f} down to {after:.3f}.",
)
DID_TOP_K = Message(
    "**top-k {value:g}**: 上から {kept:,} 個を残し、{cut:,} 個（確率の合計 {mass:.3f}）を切って、残りを合計 1 に伸ばしました。",
    "**top-k {value:g}**: kept the first {kept:,} tokens, cut {cut:,} (total probability {mass:.3f}) and stretched what is left to 1.",
)
DID_TOP_P = Message(
    "**top-p {value:g}**: 上から順に足して {value:g} に届くまでの {kept:,} 個を残し、{cut:,} 個（確率の合計 {mass:.3f}）を切って、残りを合計 1 に伸ばしました。線をまたぐトークンは残ります。",
    "**top-p {value:g}**: kept the {kept:,} tokens from the top that it takes to reach {value:g}, cut {cut:,} (total probability {mass:.3f}) and stretched what is left to 1. The token that crosses the line stays.",
)
DID_EPSILON = Message(
    "**epsilon {value:g}**: 確率が {value:g} に満たない {cut:,} 個（確率の合計 {mass:.3f}）を切り、残った {kept:,} 個を合計 1 に伸ばしました。",
    "**epsilon {value:g}**: cut the {cut:,} tokens below {value:g} (total probability {mass:.3f}) and stretched the {kept:,} that are left to 1.",
)
DID_NOTHING = Message(
    "**{setting}**: いまの分布では、切るものがありません。",
    "**{setting}**: there is nothing to cut in this distribution.",
)

# Views
VIEW = Message("見るもの", "View")
VIEW_NEXT = Message("次のトークン", "Next token")
VIEW_TEXTS = Message("文を作る", "Sample texts")
VIEW_SWEEP = Message("値を変えて測る", "Sweep")
VIEW_CODE = Message("コード", "Code")

# Next token
MASS_TITLE = Message("確率 1 を、トークンで分け合う", "How the tokens share a probability of 1")
MASS = Message("確率の合計", "running sum of probabilities")
MASS_ABOUT = Message(
    "長さ 1 の帯を、確率の高い順にトークンで区切った図。塗られたトークンは残り、破線の枠とはさみの印のトークンは切られる。",
    "Bars of length 1, divided among the tokens, most probable first. Filled ones stay; dashed frames with scissors are cut.",
)
MASS_HOW = Message(
    "上の帯から下の帯へ進みます。塗られた箱は残るトークン、破線の箱（✂）は次の設定が切るトークンです。残った箱は、下の帯で合計 1 に伸ばされます。",
    "Read from top to bottom. Filled boxes stay, dashed ones (✂) are cut by the next setting; the bar below stretches what stays to 1.",
)
BAR_MODEL = Message("モデルの分布", "the model")
BAR_AFTER = Message("{setting} のあと", "after {setting}")
CUT_OFF = Message("✂ 合計 {mass:.3f} を切る", "✂ cuts {mass:.3f}")
OTHERS = Message("ほか {n:,} 個", "{n:,} others")
TOKEN_TITLE = Message("トークンごとの確率", "Probability of each token")
TOKEN_HOW = Message(
    "枠だけの棒がモデルの確率、塗られた棒が設定のあとの確率です。✂ の付いたトークンは、もう選ばれません。",
    "Outlined bars: the model. Filled bars: after the settings. Tokens with ✂ can no longer be drawn.",
)
TOKENS_ABOUT = Message(
    "トークンごとに、モデルの確率の枠と、設定のあとの確率の棒を並べた図。数値は下の表にある。",
    "For each token an outlined bar of the model's probability and a filled one after the settings. The table below has the figures.",
)
TOKEN = Message("トークン", "token")
TEXT = Message("文字列", "text")
PROBABILITY = Message("確率", "probability")
BEFORE = Message("モデル", "model")
AFTER = Message("設定のあと", "after settings")
RANK = Message("順位", "rank")
CUT_BY = Message("切ったもの", "cut by")
TABLE = Message("数値の表（上位 {n} 個）", "Table of the first {n} tokens")
NUMBERS = Message(
    "候補 **{n:,} 個**（モデル {n_model:,}）　切られた確率 **{cut:.3f}**　実質の選択肢 **{choices:.1f}**（モデル {choices_model:.1f}）",
    "**{n:,}** candidates (model {n_model:,}) · probability cut **{cut:.3f}** · effective choices **{choices:.1f}** (model {choices_model:.1f})",
)
NUMBERS_HELP = Message(
    "候補は、選ばれる可能性のあるトークンの数です。切られた確率は、モデルの分布のうち選ばれなくなった分です。実質の選択肢は分布のエントロピーの指数で、同じ確率の選択肢がいくつあるのと同じくらい迷っているかを表します。",
    "Candidates: tokens that may still be drawn. Probability cut: the share of the model's distribution that no longer can. Effective choices: the exponential of the entropy; the draw is as uncertain as one among that many equally likely tokens.",
)

# Step by step
STEP_TITLE = Message("1 トークンずつ進める", "Token by token")
STEP_HOW = Message(
    "greedy はいつも 1 位を、サンプリングは設定のあとの分布からくじ引きで選びます。足すと、その次のトークンの分布に変わります。",
    "Greedy takes the best token, sampling draws from the distribution after the settings. Then the page shows the distribution of the token that follows.",
)
STEP_GREEDY = Message("＋ greedy: {piece}", "＋ greedy: {piece}")
STEP_SAMPLE = Message("＋ サンプリング", "＋ sample")
STEP_BACK = Message("1 つ戻す", "Undo")
STEP_RESET = Message("はじめから", "Start over")
STEP_ENDED = Message(
    "終了トークン（EOS）が出たので、文はここで終わりです。",
    "The end-of-text token (EOS) came: the text ends here.",
)
STEP_FULL = Message(
    "このモデルが扱える長さに達したので、これ以上は足せません。",
    "The text is as long as this model can handle: nothing can be added.",
)

# Sample texts
N_TEXTS = Message("文の数", "Number of texts")
LENGTH = Message("新しいトークンの上限", "Limit on new tokens")
SEED = Message("乱数の種（seed）", "Seed")
SEED_HELP = Message(
    "同じ種と同じ設定からは、同じ文ができます。変えると引き直します。",
    "The same seed and the same settings give the same texts. Change it to draw anew.",
)
LIVE = Message("つまみを動かすたびに作り直す", "Write anew whenever a slider moves")
LIVE_HELP = Message(
    "大きなモデルでは時間がかかるので、外してボタンで作ってください。",
    "A large model takes its time: untick this and use the button.",
)
WRITE = Message("文を作る", "Write texts")
WRITING = Message("文を作っています。", "Writing.")
PRESS_WRITE = Message(
    "「文を作る」を押すと、いまの設定で文を作ります。", "Press “Write texts” to write with these settings."
)
AVERAGE_SELF_BLEU = Message("平均 Self-BLEU", "average Self-BLEU")
SELF_BLEU_HELP = Message(
    "それぞれの文を、残りすべての文と比べた BLEU（0〜100）の平均です。100 ならすべて同じ文、低いほど多様です。文の良さは測りません。",
    "The mean BLEU (0 to 100) of each text against all the others. 100: all the same; the lower, the more diverse. It does not measure quality.",
)
N_DIFFERENT = Message("異なる文", "Different texts")
ENDED = Message("EOS で終わった文", "Ended by EOS")
SPLIT = Message("語の区切り方", "How words are split")
SPLIT_HELP = Message(
    "13a は空白と記号で区切ります（課題と同じ）。空白のない日本語では文全体が 1 語になってしまうので、char（1 文字ずつ）で比べます。",
    "13a splits at spaces and punctuation, as the exercises do. Japanese has no spaces, so a whole sentence would be one word: compare by char there.",
)
GREEDY_TEXT = Message("greedy（いつも 1 位のトークン）", "Greedy (the best token every time)")
SAMPLED_TEXTS = Message("サンプリングした {n} 文", "{n} sampled texts")
SELF_BLEU = Message("Self-BLEU", "Self-BLEU")
NEW_TOKENS = Message("トークン数", "tokens")
EMPTY_TEXT = Message("（空の文）", "(empty)")

# Sweep
SWEPT = Message("変えるもの", "What to change")
VALUES = Message("値（コンマで区切る）", "Values, with commas between them")
MEASURE = Message("測る", "Measure")
SWEEP_HOW = Message(
    "ほかの設定は上のつまみのまま、1 つの値だけを変えて文を作り、平均 Self-BLEU を並べます。",
    "The other settings stay as the sliders are; only this one changes. For each value texts are written and their Self-BLEU averaged.",
)
SWEEP_PROGRESS = Message("{name} = {value:g}（{done} / {n}）", "{name} = {value:g} ({done} of {n})")
SWEEP_ABOUT = Message(
    "値ごとの平均 Self-BLEU の折れ線。縦の線は、1 文ごとの値の範囲。",
    "Average Self-BLEU for each value, as a line; vertical rules show the range of the single texts.",
)
SWEEP_RANGE = Message(
    "縦の線は、1 文ごとの Self-BLEU の範囲です。", "Vertical rules: the range of the texts' own Self-BLEU."
)
PRESS_MEASURE = Message(
    "測る前に予想しましょう。値が大きくなると、Self-BLEU は上がるでしょうか、下がるでしょうか。",
    "Predict before you measure: as the value grows, does Self-BLEU rise or fall?",
)
MEASURED_WITH = Message("測ったときの設定: {settings}", "Measured with: {settings}")
FIRST_TEXT = Message("1 つ目の文", "first text")

# Code
CODE_HOW = Message(
    "いまの設定で 1 つの文を作る、transformers のコードです。コピーしてそのまま動かせます。",
    "Code for transformers that writes one text with these settings. Copy it and run it.",
)
CODE_NOTE = Message("0 で外す。書かないと 50 が使われる", "0 is off; without it transformers uses 50")
CODE_OTHERS = Message(
    "`generate` は、ここに書いた順ではなく、温度、top-k、top-p、epsilon の順に使います。",
    "`generate` applies temperature, top-k, top-p and epsilon in this order, however they are written.",
)
UNEXPECTED = Message(
    "思わぬ問題が起きました（{kind}）。くわしいことは、このページを起動した端末に出ています。",
    "Something unexpected happened ({kind}). The terminal that started this page has the details.",
)
