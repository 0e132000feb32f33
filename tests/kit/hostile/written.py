"""The good plugins of tables and files: as the scaffold writes them."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from hub.plugin import AdapterEntry
from hub.scaffold import write
from tests.kit.hostile.plain import FOLDER, Row

Wrong = Callable[[type], type]
"""An adapter's class → one that differs from it by one thing."""


def _written(transport: str) -> AdapterEntry:
    """The plugin as the scaffold writes it."""
    name = f"kit_{transport.replace('-', '_')}"
    sys.path.insert(0, str(write(name, transport, Path(FOLDER.name), "示例系统")))
    (entry,) = importlib.import_module(f"gridplus_{name}.plugin").grid_adapters()
    return entry


WRITTEN: Final = {one: _written(one) for one in ("sql-view", "sql-table", "file-drop", "ferry", "excel")}
"""The good ones, by transport."""


def row(check: str, transport: str, wrong: Wrong, why: str) -> Row:
    """Who fails `check`, beside who holds it."""
    good = WRITTEN[transport]
    assert isinstance(good.make, type)
    return Row(check, replace(good, make=wrong(good.make)), why, good)
