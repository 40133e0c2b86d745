"""Typical mistakes of basics/change_model_or_prompt."""

from transformers import pipeline

from autograder.mistakes import mistake

LOADED = []


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one",
    ja="サンプリングが有効なままです。pipeline は、何も言わなければ乱数でトークンを選ぶので、切る引数を渡してください。",
    en="Sampling is still on. Unless told otherwise a pipeline picks tokens at random: pass the argument that turns this off.",
)
def leaves_sampling_on(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(prompt, max_new_tokens=max_new_tokens, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_returns_only_the_new_text",
    ja="プロンプトまで返しています。pipeline は、何も言わなければプロンプトと続きをつなげて返します。",
    en="The prompt is returned as well. Unless told otherwise a pipeline returns the prompt and its continuation joined.",
)
def returns_the_whole_text(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(prompt, max_new_tokens=max_new_tokens, do_sample=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_the_limit_counts_new_tokens_only",
    ja="引数 max_new_tokens を使わず、いつも同じ長さまで生成しています。",
    en="The argument max_new_tokens is not used: the limit is always the same.",
)
def always_generates_up_to_50(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(prompt, max_new_tokens=50, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_the_limit_counts_new_tokens_only",
    ja="max_length はプロンプトのトークンも数えます。数えたいのは新しいトークンだけです。",
    en="max_length counts the prompt's tokens too. Only the new tokens shall count.",
)
def counts_the_prompt(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(prompt, max_length=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_another_model_writes_its_own_text",
    ja="最初に読み込んだモデルを、別のモデル名のときにも使い回しています。使い回すなら、モデル名ごとに覚えてください。",
    en="The model loaded first is used again for other model names. If you keep models, keep one for each name.",
)
def remembers_the_first_model(model_name, prompt, max_new_tokens):
    if not LOADED:
        LOADED.append(pipeline("text-generation", model=model_name))
    output = LOADED[0](prompt, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one",
    ja="プロンプトに言葉を付け足しています。モデルには、渡されたプロンプトをそのまま与えてください。",
    en="Words are added to the prompt. Give the model the prompt just as it came.",
)
def adds_words_to_the_prompt(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    output = pipe(f"User: {prompt}\nAssistant:", max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="generate_text",
    caught_by="test_another_model_writes_its_own_text",
    ja="プロンプトを会話 (role と content の辞書) に包んでいます。文字列のまま渡してください。",
    en="The prompt is wrapped up as a conversation (a dictionary of role and content). Pass it as a plain string.",
)
def wraps_the_prompt_as_a_chat(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    chat = [{"role": "user", "content": prompt}]
    output = pipe(chat, max_new_tokens=max_new_tokens, do_sample=False, return_full_text=False)
    return output[0]["generated_text"]


@mistake(
    of="compare",
    caught_by="test_compare_has_every_pair",
    ja="モデルとプロンプトを 1 つずつ組にしています。すべてのモデルに、すべてのプロンプトを与えてください。",
    en="Models and prompts are paired one to one. Give every prompt to every model.",
)
def pairs_models_with_prompts(model_names, prompts, max_new_tokens):
    return {
        (model_name, prompt): generate_text(model_name, prompt, max_new_tokens)
        for model_name, prompt in zip(model_names, prompts, strict=False)
    }


@mistake(
    of="compare",
    caught_by="test_compare_holds_the_greedy_text_of_every_pair",
    ja="どのモデル名のところにも、最初のモデルの文が入っています。",
    en="The first model's text stands under every model name.",
)
def asks_only_the_first_model(model_names, prompts, max_new_tokens):
    return {
        (model_name, prompt): generate_text(model_names[0], prompt, max_new_tokens)
        for model_name in model_names
        for prompt in prompts
    }


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_gets_a_short_answer",
    ja="質問をそのまま返しています。短く答えてほしいことを、言葉で伝えてください。",
    en="The question is returned as it is. Say in words that you want a short answer.",
)
def returns_the_question_itself(question):
    return question


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_gets_a_short_answer",
    ja="プロンプトに質問が入っていません。頼み方の言葉に、質問をそのまま添えてください。",
    en="The question is missing from the prompt. Put it, as it is, next to your request.",
)
def loses_the_question(question):
    return "Answer in one word."


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_works_in_english",
    ja="短くではなく、詳しく答えるように頼んでいます。",
    en="You ask for a detailed answer, not for a short one.",
)
def asks_for_details(question):
    return f"{question} Explain step by step."


@mistake(
    of="generate_text",
    caught_by="test_the_text_is_the_greedy_one",
    ja="文に特殊トークンが残っています。取り除いて文に直してください（pipeline に任せれば、取り除かれます）。",
    en="Special tokens are left in the text. Decode without them (the pipeline removes them by itself).",
)
def keeps_special_tokens(model_name, prompt, max_new_tokens):
    pipe = pipeline("text-generation", model=model_name)
    inputs = pipe.tokenizer(prompt, return_tensors="pt")
    ids = pipe.model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return pipe.tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :])


@mistake(
    of="compare",
    caught_by="test_compare_has_every_pair",
    ja="キーの順が逆です。(モデル名, プロンプト) の順にしてください。",
    en="The keys are the wrong way round. The model name comes first, then the prompt.",
)
def turns_the_keys_round(model_names, prompts, max_new_tokens):
    return {
        (prompt, model_name): generate_text(model_name, prompt, max_new_tokens)
        for model_name in model_names
        for prompt in prompts
    }


@mistake(
    of="compare",
    caught_by="test_leaves_its_arguments_as_they_were",
    ja="渡されたリストからモデル名を取り出して、空にしています。読むだけにしてください。",
    en="The model names are taken out of the list that was passed, which ends up empty. Only read it.",
)
def empties_the_list_of_models(model_names, prompts, max_new_tokens):
    table = {}
    while model_names:
        model_name = model_names.pop(0)
        for prompt in prompts:
            table[model_name, prompt] = generate_text(model_name, prompt, max_new_tokens)
    return table


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_gets_a_short_answer",
    ja="プロンプトが 500 文字を超えています。短く頼んでください。",
    en="The prompt is longer than 500 characters. Ask in few words.",
)
def writes_too_long_a_prompt(question):
    return f"{question} Answer in one word." + " Be brief." * 60


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_gets_a_short_answer",
    ja="プロンプトに答えが書いてあります。答えるのはモデルです。",
    en="The answer stands in the prompt. It is the model that shall answer.",
)
def writes_the_answer_down(question):
    answers = {"What is the capital of Japan?": "Tokyo", "What is the opposite of hot?": "cold"}
    return f"{question} Answer in one word: {answers.get(question, '')}"


@mistake(
    of="concise_prompt",
    caught_by="test_the_concise_prompt_works_in_japanese",
    ja="日本語の質問では、短く答えるように頼んでいません。日本語の質問も来ます。",
    en="With Japanese questions no short answer is asked for. Questions come in Japanese as well.",
)
def forgets_japanese(question):
    return f"{question} Answer in one word." if question.isascii() else question
