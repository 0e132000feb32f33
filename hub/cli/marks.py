"""`gridplus mark`: what blower and centre think of a department's work, and evidence that was doubted."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli import output
from hub.cli.account import by
from hub.cli.opened import opened
from hub.cli.supervising import BY, decide

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.whistle.evaluation import Mark

_STORE = click.option("--store", default=None, help="SQLAlchemy URL of the store.")
_DAYS = 30
_MOST = 500


@click.group()
def mark() -> None:
    """Marks for finished whistles, and what was doubted about evidence."""


@mark.command()
@click.argument("whistle_id", metavar="WHISTLE")
@click.option(
    "--as", "actor", type=click.Choice(["blower", "centre"]), required=True, help="For whom you mark."
)
@by("it stands in the history, which no department sees")
@click.option("--response", type=int, help="响应: was the call answered.")
@click.option("--resolve", type=int, help="解决: was the matter solved.")
@click.option("--satisfy", type=int, help="满意: are you content.")
@_STORE
def give(
    whistle_id: str,
    actor: str,
    by: str,
    response: int | None,
    resolve: int | None,
    satisfy: int | None,
    store: str | None,
) -> None:
    """Marks WHISTLE by the pack's scale, in one aspect or more. Of one account the last mark of a round counts, aspect by
    aspect."""
    from hub.model import Actor
    from hub.run.assembly import Assembly
    from hub.settings import read
    from hub.whistle.evaluation import Aspect, Mark

    given = {Aspect.RESPONSE: response, Aspect.RESOLVE: resolve, Aspect.SATISFY: satisfy}
    hub = Assembly(read(store=store))
    try:
        one = Mark(
            by=Actor(actor),
            account=by,
            aspects={aspect: value for aspect, value in given.items() if value is not None},
            at=hub.clock.now(),
        )
        hub.evaluating.begin()
        with hub.store.write() as conn:
            done = hub.evaluating.mark(conn, whistle_id, one)
        hub.evaluating.committed()
    finally:
        hub.close()
    output.figures({"whistle": done.id, "state": done.state, "round": done.round})


@mark.command("list")
@click.argument("whistle_id", metavar="WHISTLE")
@_STORE
def list_(whistle_id: str, store: str | None) -> None:
    """WHISTLE's marks by round, and what each round comes to and why: one JSON object."""
    from hub.clock import day_of
    from hub.jsonform import plain
    from hub.pack import load
    from hub.settings import read
    from hub.store import evaluations
    from hub.whistle.evaluation import score

    settings = read(store=store)
    with opened(settings.store_url) as there, there.read() as conn:
        marks = evaluations.of_whistles(conn, [whistle_id]).get(whistle_id, [])
    pack, rounds = load(settings.pack), []
    for number in sorted({one.round for one in marks}):
        some = [one for one in marks if one.round == number]
        found = score(some, pack.rules_on(day_of(some[-1].at)).evaluation)
        rounds.append(
            {
                "round": number,
                "marks": [_told(one) for one in some],
                "score": None if found.value is None else round(found.value, 2),
                "why": plain(found.derivation),
            }
        )
    output.figures({"whistle": whistle_id, "rounds": rounds})


def _told(one: "Mark") -> dict[str, Any]:
    marks = {aspect.value: value for aspect, value in one.aspects.items()}
    return {"by": one.by, "account": one.account, "at": one.at, **marks}


@mark.command()
@click.option(
    "--days", type=click.IntRange(1, 3660), default=_DAYS, show_default=True, help="So many days back."
)
@_STORE
def flags(days: int, store: str | None) -> None:
    """Results without evidence, or with an old photo, newest first: one JSON object."""
    from hub.jsonform import plain
    from hub.run.rooms import clock_of
    from hub.settings import read
    from hub.store import evidence

    settings = read(store=store)
    since = clock_of(settings).now() - timedelta(days=days)
    with opened(settings.store_url) as there, there.read() as conn:
        found: list[Any] = plain(evidence.flags_since(conn, since, _MOST))
    output.figures({"flags": found})


@mark.command()
@click.argument("doubted", metavar="WHISTLE|EVIDENCE")
@BY
@click.option(
    "--reason",
    required=True,
    metavar="CODE",
    help="Why, as a code of your district: capital letters, digits and _.",
)
@_STORE
def withdraw(doubted: str, by: str, reason: str, store: str | None) -> None:
    """Withdraws what is doubted about a whistle's evidence, or about one piece: it counts no more, and stays in the file."""
    from hub.run.matters.evidence import withdraw as withdrawn

    number = decide(store, lambda _, conn, now: withdrawn(conn, doubted, by=by, reason_code=reason, at=now))
    output.figures({"withdrawn": number})


@mark.command()
@click.argument("id_", metavar="EVIDENCE")
@click.option(
    "--into", type=click.Path(path_type=Path), required=True, help="A new file, readable by you alone."
)
@by("the look is written down")
@click.option("--why", required=True, help="A code of yours, such as old_photo.")
@_STORE
def show(id_: str, into: Path, by: str, why: str, store: str | None) -> None:
    """Writes a piece of evidence into a file, as it was handed in."""
    from hub.run.assembly import Assembly
    from hub.run.matters.evidence import looked_at
    from hub.settings import read

    hub = Assembly(read(store=store))
    try:
        ledger, now = hub.ledgers.mine(), hub.clock.now()
        kept = hub.evidence  # made before the transaction: making it writes, too
        with hub.store.write() as conn:
            piece, content = kept.content(conn, id_)
            ledger.append(conn, [looked_at(piece, by=by, why=why, at=now)], now)
        ledger.committed()
    finally:
        hub.close()
    with open(into, "xb", opener=lambda path, how: os.open(path, how, 0o600)) as file:
        file.write(content)
    click.echo(f"{into}  {piece.kind}")
