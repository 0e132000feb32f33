"""Names of the hub that will go away and that a plugin still uses, found by reading its files. Nothing is imported."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.leaving import LEAVING, Leaving
from hub.plugin import AdapterEntry


def files_of(entry: AdapterEntry) -> list[Path]:
    """The Python files of the package, or the one module, in which its settings are written."""
    written = sys.modules[entry.config.__module__.partition(".")[0]]
    folders = getattr(written, "__path__", ())
    if folders:
        return sorted(file for one in folders for file in Path(one).rglob("*.py"))
    return [Path(written.__file__)] if written.__file__ else []


def still_used(files: Iterable[Path], table: Iterable[Leaving] = LEAVING) -> tuple[str, ...]:
    """A line for each file and leaving name that is read there, by file and name."""
    leaving = {one.name: one for one in table}
    if not leaving:
        return ()
    return tuple(
        f"{file.parent.name}/{file.name}: {leaving[name].sentence}"
        for file in files
        for name in sorted({*_names(ast.parse(file.read_text("utf-8")))} & leaving.keys())
    )


def _names(tree: ast.Module) -> Iterator[str]:
    """Names in full, as they are imported from a module or written behind it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{one.name}" for one in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)
