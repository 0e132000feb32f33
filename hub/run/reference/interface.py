"""The page of the plugin interface: the hooks, what an adapter is and may do, and what a plugin may import.

Signatures and the words behind fields are read from the source, so that they stand here exactly as there.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from itertools import pairwise
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

import hub
import hub.plugin
from hub.leaving import LEAVING, Leaving
from hub.plugin import hookspecs
from hub.plugin.registry import INTERFACE, OLDEST
from hub.run.reference.page import Page, code, markdown, table

_WITHIN: Final = frozenset({"hub.plugin.registry", "hub.plugin.supervisor", "hub.plugin.hookspecs"})
"""Modules of `hub.plugin` that are the hub's own."""


def interface_page() -> Page:
    """`docs/reference/hooks.md`."""
    return markdown(
        "docs/reference/hooks.md",
        "The plugin interface",
        f"Version {INTERFACE}; the hub runs plugins that were built for {OLDEST} or newer. A plugin imports `hub`, `hub.plugin` and the modules of `hub.plugin` that are named at the "
        "end of this page, and nothing else of the hub. `docs/engineers.md` shows how to use them.",
        "## Hooks",
        *_hooks(hookspecs),
        "## Names of `hub.plugin`",
        *_names(hub.plugin),
        "## Names of `hub`",
        *_names(hub),
        "## Names that go away",
        _leaving(LEAVING),
        "## Modules of `hub.plugin`",
        "What adapters of one kind of transport, and of dirty data, have in common.",
        table(("module", "for"), _modules()),
    )


def _hooks(module: ModuleType) -> Iterator[str]:
    tree = ast.parse(inspect.getsource(module))
    for one in tree.body:
        if isinstance(one, ast.FunctionDef) and any(_is(mark, "hookspec") for mark in one.decorator_list):
            yield f"### `{signature(one)}`\n\n{ast.get_docstring(one)}"


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def signature(one: ast.FunctionDef) -> str:
    """`name(arguments) -> result`, as it stands in the source, without `self`."""
    arguments = ast.unparse(one.args).removeprefix("self").lstrip(", ").removeprefix("cls").lstrip(", ")
    return f"{one.name}({arguments}) -> {ast.unparse(one.returns) if one.returns else 'None'}"


def _names(module: ModuleType) -> Iterator[str]:
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value):
            yield from _class(value)
        else:
            yield f"### `{name}`\n\n{_meaning(module, name, value)}"


def _meaning(module: ModuleType, name: str, value: object) -> str:
    """The words that stand below a constant where it is made."""
    maker = import_module("hub.plugin.hookspecs") if hasattr(hookspecs, name) else module
    told = _told(ast.parse(inspect.getsource(maker)).body).get(name, "")
    return told or (
        f"`{value!r}`" if isinstance(value, str) else "Marks a function as an implementation of a hook."
    )


def _class(kind: type) -> Iterator[str]:
    (node,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(node, ast.ClassDef)  # noqa: S101  the source of a class is a class
    bases = ", ".join(
        base.__name__ for base in kind.__bases__ if base is not object and base.__name__ != "Protocol"
    )
    yield f"### `{kind.__name__}`" + (f" ({bases})" if bases else "")
    yield inspect.cleandoc(kind.__doc__ or "")
    if issubclass(kind, Enum):
        yield _values(kind, _told(node.body))
        return
    if fields := list(_fields(node.body)):
        yield table(("field", "type", "default", "meaning"), fields)
    for one in node.body:
        if isinstance(one, ast.FunctionDef) and not one.name.startswith("_"):
            yield f"* `{signature(one)}`: {' '.join((ast.get_docstring(one) or '').split())}"


def _values(kind: type[Enum], told: Mapping[str, str]) -> str:
    if not told:
        return " · ".join(code(str(one.value)) for one in kind)
    return table(("value", "meaning"), [(code(str(one.value)), told.get(one.name, "")) for one in kind])


def _fields(body: Sequence[ast.stmt]) -> Iterator[tuple[str, str, str, str]]:
    told = _told(body)
    for one in body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            default = ast.unparse(one.value) if one.value else ""
            name = one.target.id
            yield code(name), code(ast.unparse(one.annotation)), code(default), told.get(name, "")


def _told(body: Sequence[ast.stmt]) -> dict[str, str]:
    """Name → the string that stands right below its assignment."""
    found: dict[str, str] = {}
    for one, below in pairwise(body):
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            for target in _targets(one):
                found[target] = str(below.value.value)
    return found


def _targets(one: ast.stmt) -> Iterator[str]:
    made: Sequence[ast.expr] = one.targets if isinstance(one, ast.Assign) else ()
    made = (one.target,) if isinstance(one, ast.AnnAssign) else made
    yield from (target.id for target in made if isinstance(target, ast.Name))


def _leaving(rows: Sequence[Leaving]) -> str:
    said = [(code(one.name), str(one.since), str(one.gone), one.instead) for one in rows]
    return table(("name", "said on", "gone on", "instead"), said) if said else "None."


def _modules() -> Iterator[tuple[str, str]]:
    for one in walk_packages(hub.plugin.__path__, "hub.plugin."):
        if one.name in _WITHIN or one.name in (
            "hub.plugin.adapter",
            "hub.plugin.channel",
            "hub.plugin.simulator",
        ):
            continue
        told = (import_module(one.name).__doc__ or "").split("\n\n")[0]
        yield code(one.name), told
