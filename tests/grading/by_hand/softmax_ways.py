"""Ways to a softmax: those that a library goes, however one gets there, and those by hand."""

from __future__ import annotations

HEAD = "import torch, torch.nn as nn, torch.nn.functional as F, torch.distributions as D, math\n"


def by_expression(expression: str) -> str:
    """A `softmax` whose probabilities are the tensor `expression` of the scores `x`, shape (n,)."""
    return (
        HEAD
        + f"def softmax(scores, temperature=1.0):\n    x = torch.tensor(scores) / temperature\n    return ({expression}).tolist()\n"
    )


EXPRESSIONS = {
    "torch": "torch.softmax(x, -1)",
    "method": "x.softmax(-1)",
    "functional": "F.softmax(x, -1)",
    "module": "nn.Softmax(-1)(x)",
    "softmin": "F.softmin(-x, -1)",
    "softmin_module": "nn.Softmin(-1)(-x)",
    "log_softmax": "F.log_softmax(x, -1).exp()",
    "log_softmax_module": "nn.LogSoftmax(-1)(x).exp()",
    "softmax2d": "nn.Softmax2d()(x.view(-1, 1, 1)).flatten()",
    "special": "torch.special.softmax(x, -1)",
    "special_log": "torch.special.log_softmax(x, -1).exp()",
    "underscore": "torch._softmax(x, -1, False)",
    "underscore_log": "torch._log_softmax(x, -1, False).exp()",
    "safe": "torch._safe_softmax(x, -1)",
    "out": "torch.softmax(x, -1, out=torch.empty(len(x)))",
    "aten": "torch.ops.aten.softmax.int(x, -1)",
    "aten_kernel": "torch.ops.aten._softmax.default(x, -1, False)",
    "aten_out": "torch.ops.aten._softmax.out(x, -1, False, out=torch.empty(len(x)))",
    "decomposed": "torch.ops.aten.softmax.int.decompose(x, -1)",
    "by_string": "torch._C._get_operation_overload('aten::_softmax', '')[0](x, -1, False)",
    "variable_functions": "torch._C._VariableFunctions.softmax(x, -1)",
    "tensor_base": "torch._C.TensorBase.softmax(x, -1)",
    "kernel": "torch.library.get_kernel('aten::_softmax', 'CPU').call_boxed(torch._C.DispatchKeySet(torch._C.DispatchKey.CPU), x, -1, False)",
    "sparse": "torch.sparse.softmax(x.view(1, -1).to_sparse(), 1).to_dense()[0]",
    "sparse_log": "torch.sparse.log_softmax(x.view(1, -1).to_sparse(), 1).to_dense()[0].exp()",
    "masked": "torch.masked.softmax(x, -1)",
    "masked_log": "torch.masked.log_softmax(x, -1).exp()",
    "masked_kernel": "torch._masked_softmax(x.view(1, -1), torch.zeros(1, len(x), dtype=torch.bool), 1)[0]",
    "masked_tensor": "torch.masked.masked_tensor(x, torch.ones(len(x), dtype=torch.bool)).softmax(-1).get_data()",
    "nested": "torch.nested.nested_tensor([x.view(1, -1)]).softmax(-1)[0][0]",
    "mkldnn": "torch.softmax(x.view(1, -1).to_mkldnn(), -1).to_dense()[0]",
    "double": "x.double().softmax(-1)",
    "half": "torch.softmax(x.bfloat16(), -1, dtype=torch.float32)",
    "gradient": "torch.softmax(x.clone().requires_grad_(), -1).detach()",
    "categorical": "D.Categorical(logits=x).probs",
    "categorical_log_prob": "D.Categorical(logits=x).log_prob(torch.arange(len(x))).exp()",
    "one_hot": "D.OneHotCategorical(logits=x).mean",
    "multinomial": "D.Multinomial(1, logits=x).probs",
    "relaxed": "D.RelaxedOneHotCategorical(torch.tensor(1.0), logits=x).probs",
    "transform": "D.transforms.SoftmaxTransform()(x)",
    "simplex": "D.transform_to(D.constraints.simplex)(x)",
    "normalized_logits": "D.Categorical(logits=x).logits.exp()",
    "utils": "D.utils.logits_to_probs(x)",
    "attention": "F.scaled_dot_product_attention(torch.ones(1, 1, 1), x.view(1, -1, 1), torch.eye(len(x))[None])[0, 0]",
    "attention_kernel": "F.scaled_dot_product_attention(torch.ones(1, 1, 1, 8) / 8, x.view(1, 1, -1, 1).repeat(1, 1, 1, 8), F.pad(torch.eye(len(x)), (0, 8 - len(x)))[None, None], scale=1.0)[0, 0, 0, : len(x)]",
    "attention_math": "torch._scaled_dot_product_attention_math(torch.ones(1, 1, 1, 1), x.view(1, 1, -1, 1), torch.eye(len(x))[None, None])[0][0, 0, 0]",
    "multihead": "F.multi_head_attention_forward(torch.ones(1, 1, 1), x.view(-1, 1, 1), x.view(-1, 1, 1), 1, 1, None, None, None, None, False, 0.0, torch.ones(1, 1), None, use_separate_proj_weight=True, q_proj_weight=torch.ones(1, 1), k_proj_weight=torch.ones(1, 1), v_proj_weight=torch.ones(1, 1))[1][0, 0]",
    "cross_entropy": "torch.stack([-F.cross_entropy(x.view(1, -1), torch.tensor([i])) for i in range(len(x))]).exp()",
    "cross_entropy_loss": "torch.stack([-nn.CrossEntropyLoss()(x.view(1, -1), torch.tensor([i])) for i in range(len(x))]).exp()",
    "vmap": "torch.vmap(lambda row: torch.softmax(row, -1))(x.view(1, -1))[0]",
    "vmap_partial": "torch.vmap(__import__('functools').partial(torch.softmax, dim=-1))(x.view(1, -1))[0]",
    "functionalize": "torch.func.functionalize(torch.softmax)(x, -1)",
    "jvp": "torch.func.jvp(lambda y: torch.softmax(y, -1), (x,), (x,))[0]",
    "traced": "torch.jit.trace(lambda y: torch.softmax(y, -1), x)(x)",
    "scripted": "torch.jit.script(nn.Softmax(-1))(x)",
    "compilation_unit": "torch.jit.CompilationUnit('def f(x):\\n  return torch.softmax(x, -1)\\n').f(x)",
    "compiled": "torch.compile(lambda y: torch.softmax(y, -1), backend='eager')(x)",
    "inference": "torch.inference_mode()(torch.softmax)(x, -1)",
    "container": "{'soft': [torch.softmax]}['soft'][0](x, -1)",
    "computed": "getattr(torch, 'soft' + 'max')(x, -1)",
    "eval": "eval('torch.soft' + 'max(x, -1)', {'torch': torch, 'x': x})",
    "globals": "[v for k, v in vars(torch).items() if k[:4] == 'soft'][0](x, -1)",
    "disabled_torch_function": "torch._C._disabled_torch_function_impl(torch.softmax, (torch.Tensor,), (x, -1), {})",
    "map": "next(map(torch.softmax, [x], [-1]))",
    "reference": "__import__('torch._refs', fromlist=['x']).softmax(x, -1)",
    "reference_unwrapped": "__import__('inspect').unwrap(__import__('torch._refs', fromlist=['x']).softmax)(x, -1)",
    "reference_functional": "__import__('torch._refs.nn.functional', fromlist=['x']).softmax(x, -1)",
    "decomposition": "__import__('torch._decomp.decompositions', fromlist=['x'])._softmax(x, -1, False)",
    "decomposition_table": "__import__('torch._decomp', fromlist=['x']).decomposition_table[torch.ops.aten._log_softmax.default](x, -1, False).exp()",
    "aot": "torch.compile(lambda y: torch.softmax(y, -1), backend='aot_eager_decomp_partition')(x)",
    "scipy": "torch.tensor(__import__('scipy.special', fromlist=['x']).softmax(x.numpy()))",
    "scipy_log": "torch.tensor(__import__('scipy.special', fromlist=['x']).log_softmax(x.numpy())).exp()",
    "pipeline_numpy": "torch.tensor(__import__('transformers.pipelines.text_classification', fromlist=['x']).softmax(x.numpy()))",
    "logit_normalization": "__import__('transformers').LogitNormalization()(None, x.view(1, -1))[0].exp()",
}

TEXTS = {
    "kept_in_a_container": HEAD + "WAYS = [torch.softmax, [F.softmax]]\ndef softmax(scores, temperature=1.0):\n"
    "    return WAYS[1][0](torch.tensor(scores) / temperature, -1).tolist()\n",
    "kept_in_a_default": HEAD + "def softmax(scores, temperature=1.0, *, go=torch.softmax):\n"
    "    return go(torch.tensor(scores) / temperature, -1).tolist()\n",
    "kept_kernel": HEAD + "K = torch.library.get_kernel('aten::_softmax', 'CPU')\n"
    "S = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)\ndef softmax(scores, temperature=1.0):\n"
    "    return K.call_boxed(S, torch.tensor(scores) / temperature, -1, False).tolist()\n",
    "kept_script": HEAD
    + "GO = torch.jit.script(nn.Softmax(-1))\nGO(torch.ones(2))\ndef softmax(scores, temperature=1.0):\n"
    "    return GO(torch.tensor(scores) / temperature).tolist()\n",
    "kept_overload": HEAD
    + "GO = torch.ops.aten._softmax.default\nGO(torch.ones(2), -1, False)\ndef softmax(scores, temperature=1.0):\n"
    "    return GO(torch.tensor(scores) / temperature, -1, False).tolist()\n",
    "kept_scipy": "import sys\nfrom scipy.special import softmax as go\nWAYS = [go]\n"
    "def softmax(scores, temperature=1.0):\n    return WAYS[0]([s / temperature for s in scores]).tolist()\n",
    "kept_scipy_hidden": "import sys\nfrom scipy.special import softmax as go\nWAYS = [go]\n"
    "sys.modules['scipy.special._logsumexp'].softmax = None\ndel sys.modules['scipy.special._logsumexp']\n"
    "def softmax(scores, temperature=1.0):\n    return WAYS[0]([s / temperature for s in scores]).tolist()\n",
    "scipy_copied": "import types\nfrom scipy.special import softmax as go\n"
    "mine = types.FunctionType(go.__code__, go.__globals__, 'mine', go.__defaults__, go.__closure__)\n"
    "def softmax(scores, temperature=1.0):\n    return mine([s / temperature for s in scores]).tolist()\n",
    "scipy_reloaded": "import importlib\ndef softmax(scores, temperature=1.0):\n    import scipy.special._logsumexp as L\n"
    "    return importlib.reload(L).softmax([s / temperature for s in scores]).tolist()\n",
    "scipy_run_again": "import runpy\ndef softmax(scores, temperature=1.0):\n    import scipy.special._logsumexp as L\n"
    "    return runpy.run_path(L.__file__)['softmax']([s / temperature for s in scores]).tolist()\n",
    "swallowed": HEAD + "def softmax(scores, temperature=1.0):\n    x = torch.tensor(scores) / temperature\n    try:\n"
    "        return x.softmax(-1).tolist()\n    except BaseException:\n        return (x.exp() / x.exp().sum()).tolist()\n",
    "undone_by_name": HEAD
    + "ORIGINAL = torch.softmax\ndef softmax(scores, temperature=1.0):\n    torch.softmax = ORIGINAL\n"
    "    return torch.softmax(torch.tensor(scores) / temperature, -1).tolist()\n",
    "from_the_closure": HEAD + "def softmax(scores, temperature=1.0):\n    f = torch.softmax\n"
    "    for cell in getattr(f, '__closure__', None) or ():\n        if callable(cell.cell_contents): f = cell.cell_contents\n"
    "    return f(torch.tensor(scores) / temperature, -1).tolist()\n",
    "watch_switched_off": HEAD + "def softmax(scores, temperature=1.0):\n"
    "    for cell in getattr(torch.softmax, '__closure__', None) or ():\n"
    "        if hasattr(cell.cell_contents, 'stop'): cell.cell_contents.stop()\n"
    "    return torch.softmax(torch.tensor(scores) / temperature, -1).tolist()\n",
    "watch_patched": HEAD + "import sys\nfor name in ('refusals', 'barred', 'witness', 'families'):\n"
    "    module = sys.modules.get('autograder.jail.' + name)\n    for key, one in list(vars(module or torch.nn.init).items()):\n"
    "        if module and getattr(one, '__module__', '') == module.__name__:\n            for k in list(vars(one)) if isinstance(one, type) else ():\n"
    "                if not k.startswith('__'):\n                    try: setattr(one, k, lambda *a, **k: None)\n                    except Exception: pass\n"
    "def softmax(scores, temperature=1.0):\n    return WAYS[0](torch.tensor(scores) / temperature, -1).tolist()\nWAYS = [torch.softmax]\n",
    "handler_emptied": HEAD
    + "def softmax(scores, temperature=1.0):\n    x = torch.tensor(scores) / temperature\n    try:\n"
    "        return [torch.softmax][0](x, -1).tolist()\n    except Exception as e:\n        t = e.__traceback__\n"
    "        while t:\n            for one in t.tb_frame.f_locals.values():\n                for k in vars(one) if hasattr(one, '__dict__') and 'autograder' in str(type(one)) else ():\n"
    "                    object.__setattr__(one, k, lambda *a, **k: None)\n            t = t.tb_next\n    return [torch.softmax][0](x, -1).tolist()\n",
    "watch_cleared_by_gc": HEAD + "import gc\ndef softmax(scores, temperature=1.0):\n    for one in gc.get_objects():\n"
    "        if type(one).__name__ == '_Watch': one.active = False\n        if type(one) is list and one and type(one[0]).__name__ == 'Use': one.clear()\n"
    "    return torch.softmax(torch.tensor(scores) / temperature, -1).tolist()\n",
    "stack_of_the_caller": HEAD
    + "import sys\ndef softmax(scores, temperature=1.0):\n    x = torch.tensor(scores) / temperature\n"
    "    frame = sys._getframe()\n    while frame:\n        told = frame.f_locals.get('told')\n"
    "        try:\n            if told is None: pass\n            answer = x.softmax(-1).tolist()\n        except BaseException: answer = None\n"
    "        if told: told.clear()\n        if answer: return answer\n        frame = frame.f_back\n    return (x.exp() / x.exp().sum()).tolist()\n",
    "own_registration_taken_out": HEAD + "import warnings\nL = torch.library.Library('aten', 'IMPL')\n"
    "L.impl('_softmax', lambda *a: None, 'CPU')\nL._destroy()\ndef softmax(scores, temperature=1.0):\n"
    "    return torch.softmax(torch.tensor(scores) / temperature, -1).tolist()\n",
    "called_like_the_library": HEAD
    + "import sys\nsys.modules['torch.mine'] = sys.modules[__name__]\n__name__ = 'torch.mine'\n"
    "def softmax(scores, temperature=1.0):\n    return torch.softmax(torch.tensor(scores) / temperature, -1).tolist()\n",
    "in_a_thread": HEAD + "import threading\ndef softmax(scores, temperature=1.0):\n    found = []\n"
    "    def go():\n        found.append(torch.softmax(torch.tensor(scores) / temperature, -1).tolist())\n"
    "    t = threading.Thread(target=go); t.start(); t.join()\n    return found[0]\n",
    "in_a_deleter": HEAD + "found = []\nclass Last:\n    def __init__(self, x): self.x = x\n"
    "    def __del__(self): found.append(self.x.softmax(-1).tolist())\ndef softmax(scores, temperature=1.0):\n"
    "    one = Last(torch.tensor(scores) / temperature)\n    del one\n    return found[-1]\n",
    "compiler_within_torch": HEAD
    + "torch._C._jit_set_te_must_use_llvm_cpu(False)\ndef softmax(scores, temperature=1.0):\n"
    "    n = len(scores)\n    g = torch._C.parse_ir('graph(%x : Float(' + str(n) + ', strides=[1], requires_grad=0, device=cpu)):'\n"
    "        + chr(10) + '  %d : int = prim::Constant[value=-1]()' + chr(10) + '  %n : NoneType = prim::Constant()' + chr(10)\n"
    "        + '  %y : Float(' + str(n) + ', strides=[1], requires_grad=0, device=cpu) = aten::softmax(%x, %d, %n)' + chr(10) + '  return (%y)')\n"
    "    return torch._C._te.TensorExprKernel(g).run((torch.tensor(scores) / temperature,)).tolist()\n",
    "compiler_kept": HEAD
    + "torch._C._jit_set_te_must_use_llvm_cpu(False)\nG = torch._C.parse_ir('graph(%x : Float(3, strides=[1], requires_grad=0, device=cpu)):'\n"
    "    + chr(10) + '  %d : int = prim::Constant[value=-1]()' + chr(10) + '  %n : NoneType = prim::Constant()' + chr(10)\n"
    "    + '  %y : Float(3, strides=[1], requires_grad=0, device=cpu) = aten::softmax(%x, %d, %n)' + chr(10) + '  return (%y)')\n"
    "K = torch._C._te.TensorExprKernel(G)\ndef softmax(scores, temperature=1.0):\n    return K.run((torch.tensor(scores) / temperature,)).tolist()\n",
    "in_a_gradient": HEAD
    + "class G(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        return torch.softmax(x, -1)\n"
    "def softmax(scores, temperature=1.0):\n    return G.apply(torch.tensor(scores) / temperature).tolist()\n",
    "taken_over_while_imported": HEAD
    + "import sys\ntry: raise LookupError\nexcept LookupError as e: frame = e.__traceback__.tb_frame\n"
    "DONE = None\nwhile frame:\n    request = frame.f_locals.get('request')\n    if request:\n        from autograder.jail import wire\n"
    "        (scores, *_), _ = wire.decode(request['arguments'], frame.f_locals['shared'])\n        DONE = torch.softmax(torch.tensor(scores), -1).tolist()\n"
    "    frame = frame.f_back\ndef softmax(scores, temperature=1.0):\n    return DONE\n",
    "compiled_file_of_the_library": "import importlib.util, marshal, sys, numpy as np, types\nimport scipy.special._logsumexp as L\n"
    "data = open(importlib.util.cache_from_source(L.__file__), 'rb').read()\ncode = marshal.loads(data[16:])\n"
    "inner = next(c for c in code.co_consts if getattr(c, 'co_name', '') == 'softmax')\n"
    "go = types.FunctionType(inner, vars(L), 'go', (None,))\ngo = getattr(go, '__wrapped__', go)\n"
    "def softmax(scores, temperature=1.0):\n    return go(np.array(scores) / temperature, -1).tolist()\n",
    "compiled_file_renamed": "import importlib.util, marshal, sys, numpy as np, types\nimport scipy.special._logsumexp as L\n"
    "data = open(importlib.util.cache_from_source(L.__file__), 'rb').read()\ncode = marshal.loads(data[16:])\n"
    "inner = next(c for c in code.co_consts if getattr(c, 'co_name', '') == 'softmax').replace(co_filename='mine.py', co_name='mine')\n"
    "go = types.FunctionType(inner, vars(L), 'go', (None,))\n"
    "def softmax(scores, temperature=1.0):\n    return go(np.array(scores) / temperature, -1).tolist()\n",
}

LIBRARY_WAYS = {name: by_expression(expression) for name, expression in EXPRESSIONS.items()} | TEXTS

BY_HAND = {
    "math": "import math\ndef softmax(scores, temperature=1.0):\n    m = max(scores)\n"
    "    w = [math.exp((s - m) / temperature) for s in scores]\n    return [v / sum(w) for v in w]\n",
    "numpy": "import numpy as np\ndef softmax(scores, temperature=1.0):\n    z = np.array(scores) / temperature\n"
    "    w = np.exp(z - z.max())\n    return (w / w.sum()).tolist()\n",
    "exp": by_expression("(x - x.max()).exp() / (x - x.max()).exp().sum()"),
    "logsumexp": by_expression("(x - torch.logsumexp(x, 0)).exp()"),
    "logaddexp": HEAD + "from functools import reduce\ndef softmax(scores, temperature=1.0):\n"
    "    x = torch.tensor(scores) / temperature\n    return (x - reduce(torch.logaddexp, x)).exp().tolist()\n",
    "logcumsumexp": by_expression("(x - torch.logcumsumexp(x, 0)[-1]).exp()"),
    "exp2": by_expression("torch.exp2(x * math.log2(math.e)) / torch.exp2(x * math.log2(math.e)).sum()"),
    "power": "import math\ndef softmax(scores, temperature=1.0):\n    w = [math.e ** (s / temperature) for s in scores]\n"
    "    return [v / sum(w) for v in w]\n",
    "expm1": by_expression("(torch.expm1(x) + 1) / (torch.expm1(x) + 1).sum()"),
    "hyperbolic": by_expression("(x.sinh() + x.cosh()) / (x.sinh() + x.cosh()).sum()"),
    "taylor": "def e(x):\n    n = 1\n    while abs(x) > 0.5: x /= 2; n *= 2\n    total = term = 1.0\n"
    "    for k in range(1, 30):\n        term *= x / k; total += term\n    return total ** n\n"
    "def softmax(scores, temperature=1.0):\n    w = [e(s / temperature) for s in scores]\n    return [v / sum(w) for v in w]\n",
    "sigmoid_of_pairs": "import math\ndef softmax(scores, temperature=1.0):\n"
    "    return [1 / sum(math.exp((o - s) / temperature) for o in scores) for s in scores]\n",
    "normalize": by_expression("F.normalize(x.exp(), p=1, dim=0)"),
    "scipy_logsumexp": "import numpy as np\nfrom scipy.special import logsumexp\ndef softmax(scores, temperature=1.0):\n"
    "    z = np.array(scores) / temperature\n    return np.exp(z - logsumexp(z)).tolist()\n",
    "scipy_inside": "import numpy as np\ndef softmax(scores, temperature=1.0):\n    from scipy.special import logsumexp\n"
    "    z = np.array(scores) / temperature\n    return np.exp(z - logsumexp(z)).tolist()\n",
    "decimal": "from decimal import Decimal\ndef softmax(scores, temperature=1.0):\n"
    "    w = [(Decimal(s) / Decimal(temperature)).exp() for s in scores]\n    return [float(v / sum(w)) for v in w]\n",
    "experiment": "import torch\nimport math\nprint(torch.softmax(torch.tensor([1.0, 2.0]), -1))\n"
    "from scipy.special import softmax as reference\nassert abs(reference([1.0, 1.0])[0] - 0.5) < 1e-6\n"
    "def softmax(scores, temperature=1.0):\n    w = [math.exp(s / temperature) for s in scores]\n    print(w)\n    return [v / sum(w) for v in w]\n",
    "vmap": by_expression("torch.vmap(lambda row: row.exp() / row.exp().sum())(x.view(1, -1))[0]"),
    "scripted": by_expression("torch.jit.trace(lambda y: y.exp() / y.exp().sum(), x)(x)"),
    "own_class": "import math\nclass Softmax:\n    def softmax(self, z):\n        w = [math.exp(s) for s in z]\n        return [v / sum(w) for v in w]\n"
    "def softmax(scores, temperature=1.0):\n    return Softmax().softmax([s / temperature for s in scores])\n",
    "dataclass": "import math\nfrom dataclasses import dataclass\nfrom collections import namedtuple\nP = namedtuple('P', 'a b')\n"
    "@dataclass\nclass S:\n    z: list\n    def go(self):\n        w = [math.exp(s) for s in self.z]\n        return [v / sum(w) for v in w]\n"
    "def softmax(scores, temperature=1.0):\n    import logging\n    logging.getLogger('a').warning('x')\n"
    "    return S([s / temperature for s in scores]).go()\n",
    "matmul": by_expression("torch.linalg.solve(torch.eye(len(x)) * x.exp().sum(), x.exp())"),
    "multinomial_beside": by_expression("x.exp() / x.exp().sum() if torch.multinomial(x.exp(), 1) is not None else x"),
}
