"""How much code a plugin has of its own: what its author wrote and somebody must keep."""

import ast
import tokenize
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

_SIMULATOR: Final = "simulator"
_NO_CODE: Final = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)


def own_lines(package: Path) -> int:
    """Lines of code of the modules that lie in the folder `package` itself, without blanks, comments and docstrings.

    Not counted: what plays the other side (`simulator.py`), and folders in the folder: a protocol that this plugin
    alone speaks is a package of its own there, and so is a simulator that is long.
    """
    return sum(code_lines(one.read_text("utf-8")) for one in package.glob("*.py") if one.stem != _SIMULATOR)


def protocols(package: Path) -> frozenset[str]:
    """Names of the protocol packages in the folder `package`."""
    return frozenset(one.parent.name for one in package.glob("*/__init__.py")) - {_SIMULATOR}


def code_lines(source: str) -> int:
    """Lines of `source` that hold code; a docstring is none."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(StringIO(source).readline):
        if token.type not in _NO_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    return len(held - set(_docstring_lines(ast.parse(source))))


def _docstring_lines(tree: ast.Module) -> Iterator[int]:
    """Docstrings, and the bare texts behind a constant or a field that say what it is."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)
