"""The options that the centre's commands about cards, supervision and deferrals share, and how they do their work."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

from hub.cli.account import by

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from hub.run.assembly import Assembly

T = TypeVar("T")
MOST = 500
STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
BY = by("it stands in the history, which no department sees")
REASON = click.option(
    "--reason",
    default="",
    metavar="CODE",
    help="Why, as a code of your district: capital letters, digits and _, at most 32.",
)
DAY = click.DateTime(formats=["%Y-%m-%d"])


@contextmanager
def hub_of(store: str | None) -> "Iterator[Assembly]":
    """The hub as the settings say, closed afterwards."""
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        yield hub
    finally:
        hub.close()


def decide(store: str | None, act: "Callable[[Assembly, Connection, datetime], T]") -> T:
    """One person's word in one transaction; of `act`'s own work nothing opens the store again."""
    with hub_of(store) as hub, hub.store.write() as conn:
        return act(hub, conn, hub.clock.now())
