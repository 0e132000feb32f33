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
