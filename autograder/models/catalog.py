"""The settings file `models.yaml`: names of models, and where each comes from.

    models:
      llama-2-7b-chat:
        source: meta-llama/Llama-2-7b-chat-hf     # a hub id, or a folder (relative to this file)
        revision: f5db02db724555f92da89c216ac04704f23d4590
        dtype: float16                             # float32, float16 or bfloat16
        device: cuda                               # cpu, cuda, cuda:1, mps
        chat_template: llama-2.jinja               # a file beside this one, or the template itself
        pad_token: "</s>"

Only `source` is needed. Nothing is loaded or downloaded here, and code that comes with a model is never run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.errors import SettingsError, yaml_fault

if TYPE_CHECKING:
    from yaml.nodes import Node

EMBEDDED: tuple[str, ...] = ("tiny-chat", "tiny-base")
FILE_NAME = "models.yaml"
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
COMMIT = re.compile(r"[0-9a-f]{40}")
DTYPES = ("float32", "float16", "bfloat16")
_SHORT = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
_DEVICE = re.compile(r"cpu|mps|cuda(:\d+)?")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class Entry:
    """One model of a settings file. `source` is a hub id or an absolute folder; what is None is as the model says."""

    name: str
    source: str
    revision: str | None = None
    dtype: str | None = None
    device: str | None = None
    chat_template: str | None = None
    pad_token: str | None = None

    @property
    def is_folder(self) -> bool:
        return Path(self.source).is_absolute()


@dataclass(frozen=True)
class Catalog:
    """The models that a settings file names; plain data, so that it can be sent to other machines."""

    entries: tuple[Entry, ...] = ()

    def find(self, name: str) -> Entry | None:
        """The entry called `name`, else the only one whose hub id is `name`."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        same = [entry for entry in self.entries if entry.source == name]
        return same[0] if len(same) == 1 else None


def dtype_named(text: str) -> str | None:
    """The full name of a number format, such as float16 for fp16; None if it is none of `DTYPES`."""
    name = _SHORT.get(text, text)
    return name if name in DTYPES else None


def is_device(text: str) -> bool:
    """Whether `text` names a device: cpu, mps, cuda or cuda:N. It need not be there."""
    return _DEVICE.fullmatch(text) is not None


def find_catalog(*folders: Path) -> Path | None:
    """The first `models.yaml` in one of these folders."""
    return next((folder / FILE_NAME for folder in folders if (folder / FILE_NAME).is_file()), None)


def read_catalog(path: Path) -> Catalog:
    """The models that the file names.

    Raises: SettingsError, with file and line, if the file cannot be read or is not in order.
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            ja=f"{path}: 読めません（{error}）。モデルの設定ファイル（UTF-8 の YAML）の場所を指定してください。",
            en=f"{path}: cannot be read ({error}). Name the settings file of models, YAML in UTF-8.",
        ) from error
    except yaml.YAMLError as error:
        fault = yaml_fault(path, error)
        raise SettingsError(ja=fault.ja, en=fault.en) from error
    return _Reader(path).catalog(root)


class _Reader:
    """Reads one file's nodes; every complaint has the line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fields: dict[str, Callable[[Node, str], Any]] = {
            "source": self._source,
            "revision": self._revision,
            "dtype": self._dtype,
            "device": self._device,
            "chat_template": self._chat_template,
            "pad_token": lambda _, text: text,
        }

    def catalog(self, root: Node | None) -> Catalog:
        if root is None:
            return Catalog()
        top = self._mapping(root, "`models:` と、その下のモデル", "`models:` with models below it")
        for key, (node, _) in top.items():
            if key != "models":
                self._refuse(
                    node, f"{key} という項目はありません。使えるのは models だけです", f"{key}: expected only `models`"
                )
        if "models" not in top:
            self._refuse(root, "`models:` がありません", "expected `models:` at the outermost level")
        node = top["models"][1]
        if node.tag == "tag:yaml.org,2002:null":
            return Catalog()
        models = self._mapping(node, "名前: 設定", "name: settings")
        return Catalog(tuple(self._entry(name, key, value) for name, (key, value) in models.items()))

    def _entry(self, name: str, key: Node, value: Node) -> Entry:
        if name in EMBEDDED or not _NAME.fullmatch(name):
            self._refuse(
                key,
                f"{name} は名前に使えません。英数字と . _ - で、{'、'.join(EMBEDDED)} とは違う名前にしてください",
                f"{name}: expected a name of letters, digits and . _ - that is none of {', '.join(EMBEDDED)}",
            )
        fields = self._mapping(value, "source などの設定", "settings such as source")
        found: dict[str, str] = {}
        for field, (key_node, node) in fields.items():
            if field == "trust_remote_code":
                self._refuse_code(key_node, node)
                continue
            if field not in self._fields:
                known = ", ".join(self._fields)
                self._refuse(
                    key_node,
                    f"{field} という設定はありません。使えるのは {known} です",
                    f"{field}: no such setting; expected one of {known}",
                )
            found[field] = self._fields[field](node, self._text(field, node))
        if "source" not in found:
            self._refuse(
                key,
                f"{name} に source がありません。ハブの ID かフォルダを書いてください",
                f"{name} has no source; write a hub id or a folder",
            )
        if "revision" in found and Path(found["source"]).is_absolute():
            self._refuse(
                fields["revision"][0],
                "フォルダのモデルに revision は付けられません",
                "revision: a folder has none; remove it",
            )
        return Entry(name=name, **found)

    def _source(self, node: Node, text: str) -> str:
        folder = Path(text).expanduser()
        if HUB_ID.fullmatch(text) and not (self._path.parent / folder).is_dir():
            return text
        if text.startswith((".", "/", "~")) or (self._path.parent / folder).is_dir():
            return str((self._path.parent / folder).resolve())
        self._refuse(
            node,
            f"source: {text} はハブの ID（組織/モデル）でも、あるフォルダでもありません",
            f"source: expected a hub id (organisation/model) or a folder, got {text}",
        )

    def _revision(self, node: Node, text: str) -> str:
        if re.fullmatch(r"[\w./-]+", text):
            return text
        self._refuse(
            node,
            f"revision: {text} はコミットの番号にも、ブランチやタグの名前にもなりません",
            f"revision: expected a commit, a branch or a tag, got {text}",
        )

    def _dtype(self, node: Node, text: str) -> str:
        name = dtype_named(text)
        if name is not None:
            return name
        self._refuse(
            node,
            f"dtype: {'、'.join(DTYPES)} のどれかのはずですが、{text} でした",
            f"dtype: expected one of {', '.join(DTYPES)}, got {text}",
        )

    def _device(self, node: Node, text: str) -> str:
        if is_device(text):
            return text
        self._refuse(
            node,
            f"device: cpu、cuda、cuda:1 のように書くはずですが、{text} でした",
            f"device: expected cpu, cuda or cuda:1, got {text}",
        )

    def _chat_template(self, node: Node, text: str) -> str:
        if "{{" in text or "{%" in text:
            return text
        file = self._path.parent / text
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            self._refuse(
                node,
                f"chat_template: テンプレートのファイル {file} が読めません。設定ファイルからの相対パスか、テンプレートそのものを書いてください",
                f"chat_template: {file} cannot be read; write a file relative to the settings file, or the template itself",
            )

    def _refuse_code(self, key: Node, node: Node) -> None:
        if getattr(node, "value", "") in {"false", "False", "no"}:
            return
        self._refuse(
            key,
            "trust_remote_code は使えません。モデルに付いてくるコードは、採点用の機械でも学生の機械でも実行しません。transformers に入っている種類のモデルを選んでください",
            "trust_remote_code is refused: code that comes with a model is never run. Choose a model of a kind that transformers has",
        )

    def _mapping(self, node: Node, ja: str, en: str) -> dict[str, tuple[Node, Node]]:
        from yaml.nodes import MappingNode

        if not isinstance(node, MappingNode):
            self._refuse(node, f"ここには {ja} があるはずです", f"expected {en} here")
        found: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            name = self._text("key", key)
            if name in found:
                self._refuse(key, f"{name} が 2 回あります。1 つにしてください", f"{name} stands here twice; keep one")
            found[name] = (key, value)
        return found

    def _text(self, field: str, node: Node) -> str:
        from yaml.nodes import ScalarNode

        if not isinstance(node, ScalarNode) or not node.value.strip():
            self._refuse(node, f"{field}: 1 つの文字列のはずです", f"{field}: expected a single text")
        return str(node.value)

    def _refuse(self, node: Node, ja: str, en: str) -> NoReturn:
        line = node.start_mark.line + 1
        raise SettingsError(ja=f"{self._path}:{line}: {ja}。", en=f"{self._path}:{line}: {en}.")
