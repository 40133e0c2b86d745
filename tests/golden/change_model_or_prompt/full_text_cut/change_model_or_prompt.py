"""Lets the pipeline return everything, then cuts the prompt off; compare gives all prompts of a model at once."""

from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline


def make_pipe(name):
    tokenizer = AutoTokenizer.from_pretrained(name)
    model = AutoModelForCausalLM.from_pretrained(name).eval()
    return pipeline("text-generation", model=model, tokenizer=tokenizer)


def generate_text(model_name, prompt, max_new_tokens):
    output = make_pipe(model_name)(prompt, do_sample=False, max_new_tokens=max_new_tokens)
    whole = output[0]["generated_text"]
    assert whole.startswith(prompt)
    return whole[len(prompt) :]


def compare(model_names, prompts, max_new_tokens):
    table = {}
    for name in model_names:
        outputs = make_pipe(name)(prompts, do_sample=False, max_new_tokens=max_new_tokens)
        for prompt, output in zip(prompts, outputs, strict=True):
            table[name, prompt] = output[0]["generated_text"][len(prompt) :]
    return table


def concise_prompt(question):
    head = "Reply with the answer only: " if question.isascii() else "答えだけを書いてください："
    return head + question
