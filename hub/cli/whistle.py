"""`gridplus whistle`: posts blow whistles and review them; the centre decides about returns, time and results."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

from hub.cli import output
from hub.cli.account import by
from hub.cli.decided import BUS, STORE, decided
from hub.cli.opened import opened
from hub.model import Level, Move

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from sqlalchemy import Connection

    from hub.model import Incident, Whistle
    from hub.run.assembly import Assembly
    from hub.run.matters.atpost import AtPost
    from hub.run.matters.deciding import Deciding
    from hub.run.matters.dispatch import Dispatch

T = TypeVar("T")


@click.group()
def whistle() -> None:
    """Blow and review whistles; decide about returns, more time, results."""


_BY = by("it stands in the history, which no department sees")
_REASON = click.option(
    "--reason",
    default="",
    metavar="CODE",
    help="Why, as a code of your district: capital letters, digits and _, at most 32.",
)
_AS = click.option(
    "--as", "post", required=True, metavar="POST:AREA", help="For whom, as subdistrict:329901001."
)
_SEEN = click.option(
    "--seen", type=int, default=None, metavar="VERSION", help="Refuse where somebody moved it since."
)


def _as_decision(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every decision: who, why, and where the hub is."""
    made: Callable[..., None] = _BY(_REASON(STORE(BUS(command))))
    return made


@whistle.command("list")
@STORE
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
@_SEEN
@_as_decision
def refer(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE's return is heard with others before it is decided."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.REFER, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def uphold(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE's return holds: its department is relieved, and the matter waits at the desk for another lead."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.UPHOLD, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def dismiss(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE's return does not hold: it stays with its department, which cannot return it again."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.DISMISS, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def grant(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE gets the time that its department asked for; what the rules say stays beside it."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.GRANT, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def deny(whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE gets no more time."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.DENY, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def resume(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE waits no longer, whatever its department said."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.RESUME, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def check(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE's result was looked at, and it stands (核查)."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.CHECK, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def rework(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE's result does not stand: its department handles it again."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.REWORK, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def reopen(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE is handled again, since what was done did not last."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.REOPEN, reason, seen=seen))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_SEEN
@_as_decision
def archive(
    whistle_id: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """WHISTLE goes into the archive now."""
    _decide(store, bus, by, lambda one: one.decide(whistle_id, Move.ARCHIVE, reason, seen=seen))


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


@whistle.command()
@click.argument("incident")
@_SEEN
@_as_decision
def upgrade(
    incident: str, seen: int | None, by: str, reason: str, store: str | None, bus: str | None
) -> None:
    """INCIDENT and its whistles rise one level (哨声升级)."""
    from hub.run.matters.deciding import Deciding

    def act(hub: "Assembly", conn: "Connection", dispatch: "Dispatch", at: datetime) -> "Incident":
        return Deciding(conn, dispatch, hub.pack, by=by, at=at).upgrade(incident, reason, seen=seen)

    raised = decided(store, bus, "centre", act)
    output.figures({"incident": raised.id, "level": raised.level})


@whistle.command()
@click.argument("incident")
@click.option(
    "--level",
    type=click.Choice([one.value for one in Level]),
    required=True,
    help="As the pack names its levels.",
)
@click.option("--department", default="", help="Whom; without it, whom the contracts call at that level.")
@_AS
@_as_decision
def blow(
    incident: str,
    level: str,
    department: str,
    post: str,
    by: str,
    reason: str,
    store: str | None,
    bus: str | None,
) -> None:
    """A post blows a whistle for INCIDENT; it waits for a review where the pack asks for one."""
    blown = _at_post(
        store, bus, lambda one: one.blow(post, incident, Level(level), department, reason, by=by)
    )
    output.figures({"whistles": [_told(one) for one in blown]})


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_AS
@_as_decision
def approve(whistle_id: str, post: str, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE was looked at and is blown now (审核)."""
    _review(store, bus, lambda one: one.review(post, whistle_id, Move.APPROVE, reason, by=by))


@whistle.command()
@click.argument("whistle_id", metavar="WHISTLE")
@_AS
@_as_decision
def refuse(whistle_id: str, post: str, by: str, reason: str, store: str | None, bus: str | None) -> None:
    """WHISTLE is not blown, for --reason (不予吹哨)."""
    _review(store, bus, lambda one: one.review(post, whistle_id, Move.REFUSE, reason, by=by))


def _review(store: str | None, bus: str | None, act: "Callable[[AtPost], Whistle]") -> None:
    output.figures(_told(_at_post(store, bus, act)))


def _at_post(store: str | None, bus: str | None, act: "Callable[[AtPost], T]") -> "T":
    from hub.run.assembly import Assembly
    from hub.settings import read

    hub = Assembly(read(store=store, bus=bus))
    try:
        return act(hub.at_post)
    finally:
        hub.close()


def _decide(store: str | None, bus: str | None, by: str, act: "Callable[[Deciding], Whistle]") -> None:
    """Prints the whistle as it stands then."""
    from hub.run.matters.deciding import Deciding

    def deciding(hub: "Assembly", conn: "Connection", dispatch: "Dispatch", at: datetime) -> "Whistle":
        return act(Deciding(conn, dispatch, hub.pack, by=by, at=at))

    output.figures(_told(decided(store, bus, "centre", deciding)))


def _told(one: "Whistle") -> dict[str, object]:
    return {"whistle": one.id, "department": one.department, "state": one.state, "version": one.version}
