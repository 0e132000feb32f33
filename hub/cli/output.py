"""How commands read and print: text files in; one JSON object on the last line, or findings for people, out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hub.contract.finding import Finding
from hub.errors import FixSettings
from hub.jsonform import dumps
from hub.messages.text import Language


def figures(data: Any) -> None:
    """One JSON object, one line."""
    click.echo(dumps(data))


def text_of(file: Path) -> str:
    """What stands in a text file; raises FixSettings C119 where it cannot be read as one."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise FixSettings("C119", name=str(file)) from None


def findings(found: Sequence[Finding], language: Language) -> None:
    """Each finding as `file:line: CODE cause → next step`, as editors jump to it."""
    for one in found:
        told = one.told(language)
        click.echo(f"{one.where}: {told.code} {told.cause} → {told.next_step}")


def public_key(text: str) -> bytes:
    """The public key that `text` is, or that stands in the file of that name; raises FixSettings C101."""
    from hub.whistle.anchors import public_key as read_key

    found = read_key(text)
    if found is None and Path(text).is_file():
        found = read_key(text_of(Path(text)))
    if found is None:
        raise FixSettings("C101", name="--key")
    return found
