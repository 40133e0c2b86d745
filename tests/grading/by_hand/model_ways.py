"""Ways to a text, to a prompt's ids and to the text of ids: those that a library goes, and those by hand."""

from __future__ import annotations

HEAD = (
    "import torch, copy, functools, types, sys, inspect\nimport transformers\n"
    "from transformers import GenerationConfig, GenerationMixin\nfrom transformers.generation import utils as U\n"
)
ONES = "torch.ones_like(ids)"
CONFIG = "max_new_tokens=3, do_sample=False"


def decoding(body: str, before: str = "") -> str:
    """A `decode3` with this body: three greedy tokens behind `ids`, shape (1, n)."""
    return HEAD + before + "def decode3(model, ids):\n" + "".join(f"    {line}\n" for line in body.split("\n"))


_SAMPLE = (
    "config, _ = model._prepare_generation_config(None, max_new_tokens=3, do_sample=False)\n"
    "model._prepare_special_tokens(config, None, device=ids.device)\n"
    "config.max_length = ids.shape[1] + 3\n"
    "from transformers import DynamicCache, StoppingCriteriaList, MaxLengthCriteria, LogitsProcessorList\n"
)
_CALL_SAMPLE = (
    "{go}(model, ids, LogitsProcessorList(), StoppingCriteriaList([MaxLengthCriteria(ids.shape[1] + 3)]), config, "
    "attention_mask=torch.ones_like(ids), past_key_values=DynamicCache(), use_cache=True)"
)

GENERATE_WAYS = {
    "method": decoding(f"return model.generate(ids, {CONFIG})"),
    "class": decoding(f"return type(model).generate(model, ids, {CONFIG})"),
    "mixin": decoding(f"return GenerationMixin.generate(model, ids, {CONFIG})"),
    "computed": decoding(f"return getattr(model, 'gene' + 'rate')(ids, {CONFIG})"),
    "container": decoding(f"return WAYS[0](model, ids, {CONFIG})", "WAYS = [GenerationMixin.generate]\n"),
    "default": HEAD
    + f"def decode3(model, ids, *, go=GenerationMixin.generate):\n    return go(model, ids, {CONFIG})\n",
    "partial": decoding(f"return GO(model, ids, {CONFIG})", "GO = functools.partial(GenerationMixin.generate)\n"),
    "unwrapped": decoding(
        f"with torch.no_grad(): return GO(model, ids, {CONFIG})", "GO = inspect.unwrap(GenerationMixin.generate)\n"
    ),
    "closure": decoding(
        f"with torch.no_grad(): return GO(model, ids, {CONFIG})",
        "GO = next(c.cell_contents for c in GenerationMixin.generate.__closure__ if inspect.isfunction(c.cell_contents) and c.cell_contents.__name__ == 'generate')\n",
    ),
    "copied": decoding(
        f"with torch.no_grad(): return GO(model, ids, {CONFIG})",
        "f = inspect.unwrap(GenerationMixin.generate)\nGO = types.FunctionType(f.__code__, f.__globals__, 'mine', f.__defaults__, f.__closure__)\n",
    ),
    "other_class": decoding(f"return Mine.generate(model, ids, {CONFIG})", "class Mine(GenerationMixin):\n    pass\n"),
    "original": decoding(f"return getattr(model, '_autograder_original', model).generate(ids, {CONFIG})"),
    "sample": decoding(_SAMPLE + "return " + _CALL_SAMPLE.format(go="type(model)._sample")),
    "sample_kept": decoding(_SAMPLE + "return " + _CALL_SAMPLE.format(go="GO[0]"), "GO = [GenerationMixin._sample]\n"),
    "beams": decoding("return model.generate(ids, max_new_tokens=3, num_beams=1, do_sample=False)"),
    "assisted": decoding("return model.generate(ids, max_new_tokens=3, do_sample=False, prompt_lookup_num_tokens=2)"),
    "sequences": decoding(f"return model.generate(ids, return_dict_in_generate=True, {CONFIG}).sequences"),
    "streamer": decoding(
        "got = []\nclass S:\n    def put(self, value): got.extend(value.flatten().tolist())\n    def end(self): pass\n"
        f"model.generate(ids, streamer=S(), {CONFIG})\nreturn torch.tensor([got])"
    ),
    "thread": decoding(
        f"import threading\ngot = []\nt = threading.Thread(target=lambda: got.append(model.generate(ids, {CONFIG})))\nt.start(); t.join()\nreturn got[0]"
    ),
    "pipeline": decoding(
        "from transformers import AutoTokenizer\nt = AutoTokenizer.from_pretrained(model.name_or_path)\n"
        "p = transformers.pipeline('text-generation', model=model, tokenizer=t)\n"
        "out = p(t.decode(ids[0, 1:]), max_new_tokens=3, do_sample=False, return_tensors=True)\nreturn torch.tensor([out[0]['generated_token_ids']])"
    ),
    "pipeline_class": decoding(
        "from transformers import AutoTokenizer, TextGenerationPipeline\nt = AutoTokenizer.from_pretrained(model.name_or_path)\n"
        "p = TextGenerationPipeline(model=model, tokenizer=t)\n"
        f"out = p._forward({{'input_ids': ids, 'attention_mask': {ONES}, 'prompt_text': ''}}, max_new_tokens=3, do_sample=False)\nreturn out['generated_sequence'][0]"
    ),
    "loaded_anew": decoding(
        f"m = transformers.AutoModelForCausalLM.from_pretrained(model.name_or_path)\nreturn m.generate(ids, {CONFIG})"
    ),
    "reloaded": decoding(
        "import importlib\nfresh = importlib.reload(sys.modules['transformers.generation.utils'])\n"
        f"return fresh.GenerationMixin.generate(model, ids, {CONFIG})"
    ),
    "imported_again": decoding(
        "import importlib\nold = sys.modules.pop('transformers.generation.utils')\n"
        "fresh = importlib.import_module('transformers.generation.utils')\nsys.modules['transformers.generation.utils'] = old\n"
        f"return fresh.GenerationMixin.generate(model, ids, {CONFIG})"
    ),
    "compiled": decoding(f"return torch.compile(model.generate, backend='eager')(ids, {CONFIG})"),
    "another_models_loop": decoding(
        "from transformers.models.csm.generation_csm import CsmGenerationMixin\nclass Mine(CsmGenerationMixin): pass\n"
        f"try: Mine.generate(model, ids, {CONFIG})\nexcept TypeError: pass\n"
        f"return model.generate(ids, {CONFIG})"
    ),
    "shallow_copy": decoding(f"return copy.copy(model).generate(ids, {CONFIG})"),
    "swallowed": decoding(
        f"try: return model.generate(ids, {CONFIG})\nexcept BaseException: pass\n"
        "for _ in range(3): ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], 1)\nreturn ids"
    ),
    "graders_own": decoding(
        "from autograder.stats import greedy_tokens\n"
        "return torch.tensor([ids[0].tolist() + greedy_tokens(model, ids[0].tolist(), max_new_tokens=3, eos_token_id=2)])"
    ),
    "graders_own_run": decoding(
        "from autograder.stats import greedy\n"
        "return torch.tensor([ids[0].tolist() + list(greedy._greedy_run(model, ids[0].tolist(), 3, frozenset([2])))])"
    ),
}
GENERATE_BY_HAND = {
    "plain": decoding("for _ in range(3): ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], 1)\nreturn ids"),
    "cache": decoding(
        "out = model(ids, use_cache=True)\nfor _ in range(3):\n    new = out.logits[:, -1:].argmax(-1)\n"
        "    ids = torch.cat([ids, new], 1)\n    out = model(new, past_key_values=out.past_key_values)\nreturn ids"
    ),
    "forward": decoding(
        "with torch.inference_mode():\n    for _ in range(3): ids = torch.cat([ids, model.forward(input_ids=ids).logits[:, -1].softmax(-1).argmax(-1, keepdim=True)], 1)\nreturn ids"
    ),
    "prepared": decoding(
        "kept = {'attention_mask': torch.ones_like(ids), 'use_cache': False}\nfor _ in range(3):\n"
        "    out = model(**model.prepare_inputs_for_generation(ids, **kept))\n    ids = torch.cat([ids, out.logits[:, -1:].argmax(-1)], 1)\n"
        "    kept = model._update_model_kwargs_for_generation(out, kept)\nreturn ids"
    ),
    "processors": decoding(
        "from transformers import TopKLogitsWarper, LogitsProcessorList\np = LogitsProcessorList([TopKLogitsWarper(5)])\n"
        "for _ in range(3): ids = torch.cat([ids, p(ids, model(ids).logits[:, -1]).argmax(-1, keepdim=True)], 1)\nreturn ids"
    ),
    "experiment": decoding(
        "for _ in range(3): ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], 1)\nreturn ids",
        "from autograder.models import load\nlm = load('tiny-chat')\nfirst = lm.model.generate(torch.tensor([[1, 5]]), max_new_tokens=2)\nprint(lm.tokenizer.decode(first[0]))\n",
    ),
}

IDS_WAYS = {
    "called": "def ids_of(t, text): return t(text)['input_ids']\n",
    "encode": "def ids_of(t, text): return t.encode(text)\n",
    "encode_plus": "def ids_of(t, text): return t._encode_plus(text)['input_ids']\n",
    "batch": "def ids_of(t, text): return t([text])['input_ids'][0]\n",
    "backend": "def ids_of(t, text): return t.backend_tokenizer.encode(text).ids\n",
    "hidden_backend": "def ids_of(t, text): return t._tokenizer.encode_batch([text])[0].ids\n",
    "fast": "def ids_of(t, text): return t._tokenizer.encode_batch_fast([text])[0].ids\n",
    "kept": "import tokenizers\nWAYS = [tokenizers.Tokenizer.encode]\ndef ids_of(t, text): return WAYS[0](t._tokenizer, text).ids\n",
    "kept_bound": "import tokenizers, operator\nGO = operator.methodcaller('encode', 'x')\ndef ids_of(t, text): return operator.methodcaller('encode', text)(t._tokenizer).ids\n",
    "loaded_again": "from transformers import AutoTokenizer\ndef ids_of(t, text): return AutoTokenizer.from_pretrained(t.name_or_path)(text)['input_ids']\n",
    "from_text": "import tokenizers\ndef ids_of(t, text): return tokenizers.Tokenizer.from_str(t._tokenizer.to_str()).encode(text).ids\n",
    "from_file": "import tokenizers\ndef ids_of(t, text): return tokenizers.Tokenizer.from_file(t.name_or_path + '/tokenizer.json').encode(text).ids\n",
    "model": "def ids_of(t, text): return [1] + t._encode_without_added_tokens(text)\n",
    "model_tokens": "def ids_of(t, text):\n    b = t._tokenizer\n    text = b.normalizer.normalize_str(text) if b.normalizer else text\n"
    "    parts = [p for p, _ in b.pre_tokenizer.pre_tokenize_str(text)] if b.pre_tokenizer else [text]\n"
    "    return [1] + [x.id for p in parts for x in b.model.tokenize(p)]\n",
    "through_tokenize": "def ids_of(t, text):\n    class Fake:\n        def _encode_plus(self, *args, **more):\n"
    "            self.got = t._tokenizer.encode(text).ids\n            return self\n        def tokens(self): return self.got\n"
    "    return type(t).tokenize(Fake(), text)\n",
    "original": "def ids_of(t, text): return getattr(t, '_autograder_original', t)(text)['input_ids']\n",
    "async_encode": "import asyncio\ndef ids_of(t, text):\n    async def go(): return (await t._tokenizer.async_encode(text)).ids\n    return asyncio.run(go())\n",
}
IDS_BY_HAND = {
    "pieces": "def ids_of(t, text): return [t.bos_token_id] + t.convert_tokens_to_ids(t.tokenize(text))\n",
    "vocabulary": "def ids_of(t, text):\n    v = t.get_vocab()\n    return [v['<s>']] + [v[p] for p in t.tokenize(text)]\n",
    "experiment": "from autograder.models import load\nlm = load('tiny-chat')\nprint(lm.tokenizer('x'), lm.tokenizer.decode([5]))\n"
    "def ids_of(t, text): return [1] + t.convert_tokens_to_ids(t.tokenize(text))\n",
}

TEXT_WAYS = {
    "decode": "def text_of(t, ids): return t.decode(ids)\n",
    "batch": "def text_of(t, ids): return t.batch_decode([ids])[0]\n",
    "inner": "def text_of(t, ids): return t._decode(ids)\n",
    "string": "def text_of(t, ids): return t.convert_tokens_to_string(t.convert_ids_to_tokens(ids))\n",
    "backend": "def text_of(t, ids): return t._tokenizer.decode(ids)\n",
    "backend_batch": "def text_of(t, ids): return t.backend_tokenizer.decode_batch([ids])[0]\n",
    "decoder": "def text_of(t, ids): return t._tokenizer.decoder.decode(t.convert_ids_to_tokens(ids))\n",
    "kept": "import tokenizers\nWAYS = [tokenizers.Tokenizer.decode]\ndef text_of(t, ids): return WAYS[0](t._tokenizer, ids)\n",
    "kept_decoder": "from tokenizers.decoders import Decoder\nWAYS = [Decoder.decode]\n"
    "def text_of(t, ids): return WAYS[0](t._tokenizer.decoder, t.convert_ids_to_tokens(ids))\n",
    "stream": "from tokenizers.decoders import DecodeStream\ndef text_of(t, ids):\n    s = DecodeStream()\n"
    "    return ''.join(s.step(t._tokenizer, i) or '' for i in ids)\n",
    "loaded_again": "from transformers import AutoTokenizer\ndef text_of(t, ids): return AutoTokenizer.from_pretrained(t.name_or_path).decode(ids)\n",
    "from_text": "import tokenizers\ndef text_of(t, ids): return tokenizers.Tokenizer.from_str(t._tokenizer.to_str()).decode(ids)\n",
}
TEXT_BY_HAND = {
    "pieces": "def text_of(t, ids): return ''.join(t.convert_ids_to_tokens(ids)).replace('▁', ' ').strip()\n",
    "experiment": "from autograder.models import load\nlm = load('tiny-chat')\nprint(lm.tokenizer.decode([5]))\n"
    "def text_of(t, ids): return ''.join(t.convert_ids_to_tokens(ids)).replace('▁', ' ').strip()\n",
}
