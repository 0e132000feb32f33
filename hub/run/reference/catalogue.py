"""The page of the errors: every code with its cause and its next step, in both languages."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

import hub.errors
import hub.messages
from hub.messages.text import Text
from hub.run.reference.page import Page, code, markdown, table

_HEADER: Final = ("code", "原因", "下一步", "cause", "next step")


def errors_page() -> Page:
    """`docs/reference/errors.md`."""
    tree = (hub.errors.__doc__ or "").split("\n\n")[1]
    return markdown(
        "docs/reference/errors.md",
        "Errors",
        "Every error carries a code that does not change, a cause and a next step, and never a value that a "
        "source sent. CLI, HTTP, page and log show the same words. Words in braces are facts that are safe to "
        "show: ids of ours, counts, names of fields.",
        "Which class raises a code says what recovers:",
        f"```text\n{tree}\n```",
        *(_family(title, texts) for title, texts in families()),
    )


def families() -> Iterator[tuple[str, Mapping[str, Text]]]:
    """(title, texts) of each module of `hub.messages` that holds texts, by letter."""
    found = [import_module(f"hub.messages.{one.name}") for one in iter_modules(hub.messages.__path__)]
    told = [(str(one.__doc__).split("\n")[0], one.TEXTS) for one in found if hasattr(one, "TEXTS")]
    yield from sorted(told, key=lambda family: family[0])


def _family(title: str, texts: Mapping[str, Text]) -> str:
    rows = [
        (code(number), text.zh, text.zh_next, text.en, text.en_next) for number, text in sorted(texts.items())
    ]
    return f"## {title.rstrip('.')}\n\n{table(_HEADER, rows)}"
