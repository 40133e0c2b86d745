"""Typical mistakes of basics/generate_without_pipeline."""

import torch
from transformers import pipeline

from autograder.mistakes import mistake


def encoded(tokenizer, prompt):
    """The prompt as the model takes it."""
    return tokenizer(prompt, return_tensors="pt")


def continued(model, input_ids, **settings):
    """Greedy ids after `input_ids`, every one of which the model may see."""
    return model.generate(input_ids=input_ids, attention_mask=torch.ones_like(input_ids), do_sample=False, **settings)


@mistake(
    of="generate_text",
    caught_by="test_gives_what_the_pipeline_gives",
    ja="プロンプトがなくなり、続きだけになっています。generate が返す列を、初めから終わりまで文に直してください。",
    en="The prompt is gone and only the continuation is left. Decode what generate returns from beginning to end.",
)
def returns_only_the_new_text(model, tokenizer, prompt, max_length):
    inputs = encoded(tokenizer, prompt)
    output_ids = model.generate(**inputs, max_length=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_gives_what_the_pipeline_gives",
    ja="文に特殊トークンが残っています。decode は、何も言わなければ BOS や EOS も文字にします。",
    en="Special tokens are left in the text. Unless told otherwise, decode writes out BOS and EOS as well.",
)
def leaves_special_tokens_in(model, tokenizer, prompt, max_length):
    output_ids = model.generate(**encoded(tokenizer, prompt), max_length=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0])


@mistake(
    of="generate_text",
    caught_by="test_max_length_is_the_limit_of_the_whole",
    ja="max_length を、新しいトークンだけの上限として使っています。プロンプトのトークンも数えてください。",
    en="max_length is used as the limit of new tokens alone. The prompt's tokens count as well.",
)
def counts_new_tokens_only(model, tokenizer, prompt, max_length):
    output_ids = model.generate(**encoded(tokenizer, prompt), max_new_tokens=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_max_length_is_the_limit_of_the_whole",
    ja="引数 max_length が生成に渡っていません。generate は、何も言わなければ新しいトークン 20 個で止まります。",
    en="The argument max_length does not reach the generation. Unless told otherwise, generate stops after 20 new tokens.",
)
def forgets_max_length(model, tokenizer, prompt, max_length):
    output_ids = model.generate(**encoded(tokenizer, prompt), do_sample=False)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one_of_each_model",
    ja="先頭の BOS が 2 つになっています。トークナイザを呼べば BOS は付くので、自分では足しません。",
    en="There are two BOS at the front. Calling the tokenizer adds it already, so add none yourself.",
)
def puts_bos_twice(model, tokenizer, prompt, max_length):
    input_ids = encoded(tokenizer, (tokenizer.bos_token or "") + prompt)["input_ids"]
    output_ids = continued(model, input_ids, max_length=max(max_length, input_ids.shape[1] + 1))
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one_of_each_model",
    ja="トークナイザが普段付ける特殊トークン（BOS）が、モデルに入っていません。手で ID に直すときは、それも置いてください。",
    en="The special token that the tokenizer usually adds, BOS, does not reach the model. When you make the ids by hand, put it there.",
)
def leaves_out_bos(model, tokenizer, prompt, max_length):
    input_ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"]
    return tokenizer.decode(continued(model, input_ids, max_length=max_length)[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_gives_what_the_pipeline_gives",
    ja="attention_mask が 0 で、プロンプトがモデルから隠れています。見てよいトークンは 1 です。",
    en="The attention_mask is 0, which hides the prompt from the model. 1 stands for a token that may be seen.",
)
def hides_the_prompt(model, tokenizer, prompt, max_length):
    inputs = encoded(tokenizer, prompt)
    inputs["attention_mask"] = torch.zeros_like(inputs["input_ids"])
    output_ids = model.generate(**inputs, max_length=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_stops_at_eos",
    ja="EOS で止まらず、いつも max_length まで生成しています。min_length などで終わりを遅らせないでください。",
    en="The generation does not stop at EOS but always goes on to max_length. Do not delay the end by min_length or the like.",
)
def goes_on_behind_eos(model, tokenizer, prompt, max_length):
    inputs = encoded(tokenizer, prompt)
    output_ids = model.generate(**inputs, max_length=max_length, min_length=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one_of_each_model",
    ja="サンプリングが有効になっています。乱数を使わない生成では、最も確率の高いトークンを選び続けます。",
    en="Sampling is on. Without randomness the most probable token is taken every time.",
)
def leaves_sampling_on(model, tokenizer, prompt, max_length):
    output_ids = model.generate(**encoded(tokenizer, prompt), max_length=max_length, do_sample=True, temperature=2.0)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_the_prompt_goes_in_unchanged",
    ja="プロンプトの前後の空白や改行を消してから、モデルに渡しています。どれもトークンになるので、そのまま渡してください。",
    en="Spaces and newlines around the prompt are removed before it reaches the model. They are tokens too: pass the prompt as it is.",
)
def strips_the_prompt(model, tokenizer, prompt, max_length):
    inputs = encoded(tokenizer, prompt.strip())
    n_cut = len(tokenizer(prompt)["input_ids"]) - inputs["input_ids"].shape[1]
    output_ids = model.generate(**inputs, max_length=max_length - n_cut, do_sample=False)
    n_prompt = inputs["input_ids"].shape[1]
    return prompt + tokenizer.decode(output_ids[0, n_prompt:], skip_special_tokens=True)


@mistake(
    of="generate_text",
    caught_by="test_gives_what_the_pipeline_gives",
    ja="pipeline を使っています。この課題では、pipeline の中で起きていることを自分で書きます。",
    en="The pipeline is used. Here you write what happens inside it yourself.",
)
def uses_the_pipeline(model, tokenizer, prompt, max_length):
    pipe = pipeline("text-generation", model=model, tokenizer=tokenizer)
    return pipe(prompt, max_length=max_length, do_sample=False)[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_the_prompt_goes_in_unchanged",
    ja="返す文の前後の空白を消しています。プロンプトが空白で始まることもあるので、先頭からそのまま返してください。",
    en="Spaces around the text are removed. The prompt may begin with spaces, so return the text from its very beginning.",
)
def strips_the_text(model, tokenizer, prompt, max_length):
    output_ids = model.generate(**encoded(tokenizer, prompt), max_length=max_length, do_sample=False)
    return tokenizer.decode(output_ids[0], skip_special_tokens=True).strip()
