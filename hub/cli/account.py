"""`--by`: who decides. It is stored in clear beside the decision, so it is the name of an account and no words."""

import re
from collections.abc import Callable
from typing import Any, Final

import click

_ACCOUNT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def by(where: str) -> Callable[[Any], Any]:
    """The option, told as an account that `where`."""
    return click.option("--by", required=True, callback=_checked, help=f"Your account: {where}.")


def _checked(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise click.BadParameter("an account is letters, digits and . _ @ -, at most 64")
    return value
