"""Writes a plugin of one's own: a whole distribution that is green before anything in it was changed.

A template is a working plugin by the name `sample_source`; writing one is copying it under another name. `common` is
what all transports share, and each transport's own files lie over it.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from hub.errors import FixSettings

TRANSPORTS: Final[Mapping[str, str]] = {
    "rest-pull": "read over HTTP, page by page",
    "rest-push": "sends its reports over HTTP by itself",
    "soap": "read over SOAP, page by page",
    "kafka": "a topic of the department's own Kafka",
    "mqtt": "devices that speak through a broker, one lasting session",
    "sql-view": "a read-only view on the department's database, compared row by row",
    "sql-table": "a middle table that the department fills, with one for answers",
    "file-drop": "files that are put into a directory",
    "ferry": "numbered files with manifests over a one-way border",
    "excel": "an Excel table that an office sends",
}
"""Transport → what it is, in a line."""
_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST: Final = 40
_AS_THEY_ARE: Final = (".xlsx", ".csv")
"""Samples in a charset or form of their own: bytes, not words."""


def write(name: str, transport: str, folder: Path, title: str) -> Path:
    """Writes the distribution `gridplus-<name>` into `folder` and returns where it lies.

    Raises FixSettings C190 for a name that is none, C191 for an unknown transport, C192 where something stands there
    already: nothing is overwritten.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise FixSettings("C190", name=name[:_LONGEST])
    if transport not in TRANSPORTS:
        raise FixSettings("C191", name=transport, known=", ".join(TRANSPORTS))
    target = folder / name
    if target.exists():
        raise FixSettings("C192", path=str(target))
    renamed = _renaming(name, title)
    for part in ("common", transport.replace("-", "_")):
        _copy(files(__name__) / "templates" / part, target, renamed)
    return target


def _renaming(name: str, title: str) -> Mapping[str, str]:
    camel = "".join(word.capitalize() for word in name.split("_"))
    return {
        "sample_source": name,
        "sample-source": name.replace("_", "-"),
        "SampleSource": camel,
        "示例系统": title,
    }


def _copy(source: Traversable, target: Path, renamed: Mapping[str, str]) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for one in source.iterdir():
        if one.name == "__pycache__":
            continue
        there = target / _said(one.name, renamed)
        if one.is_dir():
            _copy(one, there, renamed)
        elif one.name.endswith(_AS_THEY_ARE):
            there.write_bytes(one.read_bytes())
        else:
            there.write_text(_said(one.read_text("utf-8"), renamed), "utf-8")


def _said(text: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        text = text.replace(old, new)
    return text
