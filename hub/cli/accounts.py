"""`gridplus accounts`: who may sign in; for a new installation's first ones, and where the page cannot be reached.

Two persons at the machine, as everywhere: who proposes does not confirm.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from hub.cli.account import by
from hub.cli.opened import opened
from hub.model.account import AccountChange, Role

if TYPE_CHECKING:  # slow to import: `--help` must not wait for it
    from hub.run.people.keeping import Keeping

_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_BY = by("it stands in the audit")
_CHANGE = click.Choice([one.value for one in AccountChange])


@click.group()
def accounts() -> None:
    """Accounts of people: add, confirm, disable, reset."""


@accounts.command()
@click.argument("name")
@click.argument("role", type=click.Choice([one.value for one in Role]))
@click.argument("organisation")
@click.option("--title", default="", help="How pages call it; default: NAME.")
@click.option("--area", default="", help="Area that it works on, as 329901001; default: the whole district.")
@click.option(
    "--subject", default="", help="`issuer subject` at the identity provider: it gets no password then."
)
@_BY
@_STORE
def add(
    name: str,
    role: str,
    organisation: str,
    title: str,
    area: str,
    subject: str,
    by: str,
    store: str | None,
) -> None:
    """Prints the first password of a new account, once; it opens nothing before another person confirms it."""
    from hub.model.account import Account

    one = Account(
        name=name,
        title=title or name,
        role=Role(role),
        organisation=organisation,
        area=area,
        made_by=by,
        must_change=not subject,
        subject=subject,
    )
    with _keeping(store) as keeping:
        _tell(keeping.add(one, by=by))


@accounts.command("list")
@_STORE
def list_(store: str | None) -> None:
    """Every account: name, role, organisation, area, state; below, what waits for a second person."""
    from hub.settings import read
    from hub.store import accounts as stored
    from hub.store import changes

    with opened(read(store=store).store_url) as there, there.read() as conn:
        found, waiting = stored.every(conn), changes.waiting(conn)
    for one in found:
        state = "disabled" if one.is_disabled else "active" if one.confirmed_by else "waiting"
        click.echo(f"{one.name} {one.role.value} {one.organisation} {one.area or '-'} {state}")
    for each in waiting:
        click.echo(f"waits: {each.account} {each.change.value} by {each.by}")


@accounts.command()
@click.argument("name")
@click.argument("change", type=_CHANGE, default=AccountChange.ROLE.value)
@_BY
@_STORE
def confirm(name: str, change: str, by: str, store: str | None) -> None:
    """Lets hold what another person proposed about NAME. Prints the second half of a first password."""
    with _keeping(store) as keeping:
        _tell(keeping.confirm(name, AccountChange(change), by=by))


@accounts.command()
@click.argument("name")
@_BY
@_STORE
def disable(name: str, by: str, store: str | None) -> None:
    """NAME opens nothing from now on."""
    with _keeping(store) as keeping:
        keeping.disable(name, by=by)


@accounts.command()
@click.argument("name")
@click.option("--second", is_flag=True, help="Take off the second factor; another person confirms that.")
@_BY
@_STORE
def reset(name: str, second: bool, by: str, store: str | None) -> None:
    """Prints another first password for NAME, once; it holds once another person confirms it."""
    with _keeping(store) as keeping:
        if second:
            keeping.propose(name, AccountChange.SECOND, by=by)
        else:
            _tell(keeping.reset_password(name, by=by))


@contextmanager
def _keeping(store: str | None) -> "Iterator[Keeping]":
    from hub.access.exits import Exit
    from hub.run.assembly import Assembly
    from hub.run.people.keeping import Keeping
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        yield Keeping(
            store=hub.store,
            pack=hub.pack,
            ledger=hub.ledgers.mine,
            clock=hub.people_clock,
            through=Exit.CLI,
        )
    finally:
        hub.close()


def _tell(once: str) -> None:
    if once:
        click.echo(once)
