"""How large a model is, read off the headers of its safetensors files, and whether it fits; no weight is loaded.

Source: the safetensors format: eight bytes of length, then JSON with dtype, shape and offsets of each tensor.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import ModelError
from autograder.models.cache import damaged

_ITEM_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}
_BYTES_OF = {"float32": 4, "float16": 2, "bfloat16": 2}
_CONFIG_DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_MAX_HEADER = 100 << 20  # the format's own limit
# Buffers, the first forward pass and the allocator's own, as a share of the weights and at least so many bytes.
_OVERHEAD, _LEAST = 1.1, 64 << 20


@dataclass(frozen=True)
class Weights:
    """What the files hold: parameters, bytes on disk, and the bytes that are no floating-point numbers."""

    n_parameters: int
    n_bytes: int
    n_float_parameters: int
    stored_as: str

    def bytes_as(self, dtype: str | None) -> int:
        """Bytes in memory when floating-point numbers are held as `dtype`; None: as they are stored."""
        if dtype is None:
            return self.n_bytes
        other = self.n_parameters - self.n_float_parameters
        return self.n_float_parameters * _BYTES_OF[dtype] + other


def read_weights(folder: Path, name: str) -> Weights:
    """The size of the model in `folder`, one file or several with an index.

    Raises: ModelError if there are no safetensors files, or one is missing or shorter than its header says.
    """
    files = weight_files(folder, name)
    n_parameters = n_bytes = n_float = 0
    dtypes: dict[str, int] = {}
    for file in files:
        for tensor in _header(file, name).values():
            count = math.prod(tensor["shape"])
            start, end = tensor["data_offsets"]
            n_parameters += count
            n_bytes += end - start
            if tensor["dtype"] in _ITEM_BYTES:
                n_float += count
                dtypes[tensor["dtype"]] = dtypes.get(tensor["dtype"], 0) + count
    most = max(dtypes, key=dtypes.__getitem__, default="")
    return Weights(n_parameters, n_bytes, n_float, _CONFIG_DTYPES.get(most, "?"))


def weight_files(folder: Path, name: str) -> list[Path]:
    """The safetensors files of a model. Raises: ModelError if there are none, or the index names one that is not there."""
    index = folder / "model.safetensors.index.json"
    if (folder / "model.safetensors").exists():
        return [folder / "model.safetensors"]
    if index.exists():
        try:
            files = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise damaged(name, index.name) from error
        missing = [file for file in files if not (folder / Path(file).name).is_file()]
        if missing:
            raise damaged(name, f"{len(missing)}/{len(files)}: {missing[0]}")
        return [folder / Path(file).name for file in files]
    raise ModelError(
        ja=f"モデル {name}（{folder}）に safetensors の重み（model.safetensors か、その分割）がありません。pickle 形式（.bin）の重みは読みません。safetensors のある版を選ぶか、transformers の save_pretrained で書き直してください。",
        en=f"the model {name} ({folder}) has no safetensors weights (model.safetensors or its parts). Pickled weights (.bin) are never read: choose a revision that has safetensors, or rewrite it by transformers' save_pretrained.",
    )


def _header(file: Path, name: str) -> dict[str, dict[str, Any]]:
    """The tensors that a file says it holds. Raises: ModelError if it is not whole."""
    try:
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > _MAX_HEADER:
                raise damaged(name, file.name)
            header: dict[str, dict[str, Any]] = json.loads(stream.read(length))
            header.pop("__metadata__", None)
            end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
            whole = os.fstat(stream.fileno()).st_size == 8 + length + end
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise damaged(name, file.name) from error
    if not whole:
        raise damaged(name, file.name)
    return header


def free_mib() -> int:
    """Memory that can be had without swapping; plenty where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 1 << 20
    found = {name: int(rest.split()[0]) >> 10 for name, _, rest in (line.partition(":") for line in lines)}
    return found.get("MemAvailable", 1 << 20)


def require_room(name: str, weights: Weights, *, dtype: str | None, device: str, copies: int = 1) -> None:
    """Raises: ModelError if the model does not fit, before anything is loaded.

    Args:
        copies: how many processes hold the weights in main memory at the same time.
    """
    if device.startswith("cuda"):
        _require_gpu(name, weights, dtype, device)
        return
    needed = _with_overhead(weights.bytes_as(dtype) * copies)
    free = free_mib() << 20
    if needed > free:
        raise ModelError(
            ja=f"モデル {name} にはメモリが {gib(needed)} ほど必要ですが（重み {gib(weights.bytes_as(dtype))} × {copies}）、空きは {gib(free)} です。ほかのプログラムを閉じる、`--dtype float16` にする、小さいモデルを選ぶ、のどれかを試してください。",
            en=f"the model {name} needs about {gib(needed)} of memory (weights of {gib(weights.bytes_as(dtype))} × {copies}), {gib(free)} are free. Close other programs, use `--dtype float16`, or choose a smaller model.",
        )


def _require_gpu(name: str, weights: Weights, dtype: str | None, device: str) -> None:
    import torch

    needed = _with_overhead(weights.bytes_as(dtype))
    free, total = torch.cuda.mem_get_info(torch.device(device))
    if needed > free:
        raise ModelError(
            ja=f"モデル {name} には GPU のメモリが {gib(needed)} ほど必要ですが、{device} の空きは {gib(total)} のうち {gib(free)} です。`nvidia-smi` でほかの利用者を確かめ、空いた GPU を `--device cuda:1` のように選ぶか、`--dtype float16` か小さいモデルにしてください。",
            en=f"the model {name} needs about {gib(needed)} of GPU memory, {gib(free)} of {gib(total)} are free on {device}. See by `nvidia-smi` who else uses it, choose another GPU such as `--device cuda:1`, use `--dtype float16`, or choose a smaller model.",
        )


def _with_overhead(n_bytes: int) -> int:
    return max(int(n_bytes * _OVERHEAD), n_bytes + _LEAST)


def gib(n_bytes: float) -> str:
    """`n_bytes` for people, e.g. `12.6 GiB` or `11.2 MiB`."""
    return f"{n_bytes / 2**30:.1f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:.1f} MiB"


def disk_bytes(folder: Path) -> int:
    """Bytes of all files in a model's folder, links followed."""
    return sum(one.stat().st_size for one in folder.iterdir() if one.is_file())


def read_config(folder: Path, name: str) -> Mapping[str, Any]:
    """The model's config.json. Raises: ModelError if it is missing or unreadable."""
    path = folder / "config.json"
    if not path.exists():
        raise ModelError(
            ja=f"{folder} はモデルのフォルダではありません（config.json がありません）。config.json、model.safetensors、tokenizer.json のあるフォルダを指定してください。",
            en=f"{folder} is no folder of a model (no config.json). Name one that holds config.json, model.safetensors and tokenizer.json.",
        )
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged(name, path.name) from error
    if not isinstance(config, dict):
        raise damaged(name, path.name)
    return config


def config_dtype(config: Mapping[str, Any]) -> str | None:
    """The number format that a model's config asks for, if it is one that we know."""
    named = config.get("dtype") or config.get("torch_dtype")
    return named if named in _BYTES_OF else None
