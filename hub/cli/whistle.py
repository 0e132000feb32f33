"""`gridplus whistle`: the centre's word about returned whistles, and about who handles a matter."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.cli.account import by
from hub.cli.opened import opened
from hub.model import Move

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.model import Whistle
    from hub.run.arbitrating import Arbitrating


@click.group()
def whistle() -> None:
    """Returned whistles: hear, uphold, dismiss; designate a department."""


_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_BUS = click.option("--bus", default=None, help="`embedded`, or kafka://host:port, as the workers have it.")
_BY = by("it stands in the history, which no department sees")
_REASON = click.option(
    "--reason",
    default="",
    metavar="CODE",
    help="Why, as a code of your district: capital letters, digits and _, at most 32.",
)


def _as_decision(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every decision: who, why, and where the hub is."""
    decided: Callable[..., None] = _BY(_REASON(_STORE(_BUS(command))))
    return decided


@whistle.command("list")
@_STORE
def list_(store: str | None) -> None:
    """Returns that wait for a decision, oldest call first: one JSON object."""
    from hub.jsonform import plain
    from hub.settings import read
    from hub.store import steps, whistles

    with opened(read(store=store).store_url) as there, there.read() as conn:
        waiting = whistles.unsettled(conn)
        made = steps.of_whistles(conn, (one.id for one in waiting))
    returned = {id_: one for id_, some in made.items() for one in some if one.step.move is Move.RETURN}
    told = [
        {
            "whistle": one.id,
            "incident": one.incident_id,
            "department": one.department,
            "role": one.role,
            "state": one.state,
            "blown_at": plain(one.blown_at),
            "returned_at": plain(last.step.at) if (last := returned.get(one.id)) else None,
            "reason_code": last.reason_code if last else "",
        }
        for one in waiting
    ]
    output.figures({"returns": told})


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_as_decision
def refer(whistle_id: str, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE's return is heard with others before it is decided."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.REFER, reason))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_as_decision
def uphold(whistle_id: str, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE's return holds: its department is relieved, and the matter waits at the desk for another lead."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.UPHOLD, reason))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_as_decision
def dismiss(whistle_id: str, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE's return does not hold: it stays with its department, which cannot return it again."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.DISMISS, reason))


@whistle.command()
@click.argument("incident")
@click.argument("department")
@click.option("--secret", is_flag=True, help="The matter is secret, and this department has to know of it.")
@_as_decision
def designate(
    incident: str, department: str, secret: bool, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """DEPARTMENT leads INCIDENT from now on, whatever the contracts say; it cannot return it."""
    _decide(store, bus, by, lambda one: one.designate(incident, department, reason, though_secret=secret))


def _decide(store: str | None, bus: str | None, by: str, act: "Callable[[Arbitrating], Whistle]") -> None:
    """One decision, one transaction, its messages in it; prints the whistle as it stands then."""
    from hub.run.arbitrating import Arbitrating
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store, bus=bus))
    try:
        dispatch = hub.dispatch("centre")
        with hub.store.write() as conn:
            done = act(Arbitrating(conn, dispatch, hub.pack, by=by, at=hub.clock.now()))
        dispatch.committed()
    finally:
        hub.close()
    output.figures({"whistle": done.id, "department": done.department, "state": done.state})
