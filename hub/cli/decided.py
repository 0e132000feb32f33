"""One person's decision about matters or whistles: one transaction, its messages in it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from sqlalchemy import Connection

    from hub.run.assembly import Assembly
    from hub.run.matters.dispatch import Dispatch

T = TypeVar("T")
STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
BUS = click.option("--bus", default=None, help="`embedded`, or kafka://host:port, as the workers have it.")


def decided(
    store: str | None,
    bus: str | None,
    role: str,
    act: "Callable[[Assembly, Connection, Dispatch, datetime], T]",
) -> T:
    """What `act` gives back, after it holds. `role` names the audit chain of such decisions."""
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store, bus=bus))
    try:
        dispatch = hub.dispatch(role)
        with hub.store.write() as conn:
            done = act(hub, conn, dispatch, hub.clock.now())
        dispatch.committed()
    finally:
        hub.close()
    return done
