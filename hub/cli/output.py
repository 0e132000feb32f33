"""How commands print: one JSON object on the last line, or findings for people."""

from collections.abc import Sequence
from typing import Any

import click

from hub.contract.finding import Finding
from hub.jsonform import dumps
from hub.messages.text import Language


def figures(data: Any) -> None:
    """One JSON object, one line."""
    click.echo(dumps(data))


def findings(found: Sequence[Finding], language: Language) -> None:
    """Each finding as `file:line: CODE cause → next step`, as editors jump to it."""
    for one in found:
        told = one.told(language)
        click.echo(f"{one.where}: {told.code} {told.cause} → {told.next_step}")
