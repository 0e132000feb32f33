"""`gridplus review`: likely duplicates that wait for a person."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hub.cli import output
from hub.cli.account import by
from hub.cli.decided import BUS, STORE, decided

if TYPE_CHECKING:  # the store is slow to import: `--help` must not wait for it
    from hub.model import Incident
    from hub.run.matters.relinking import Relinking


@click.group()
def review() -> None:
    """Likely duplicates: link two matters, or keep them apart."""


_BY = by("it stands beside the decision")


@review.command("list")
@STORE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_(store: str | None, as_json: bool) -> None:
    """Open questions, oldest first: incident, candidate, score, rules."""
    import orjson
    from sqlalchemy import select

    from hub.settings import read
    from hub.store.engine import Store
    from hub.store.tables import review as table

    opened = Store(read(store=store).store_url)
    with opened.read() as conn:
        rows = conn.execute(select(table).where(table.c.decision.is_(None)).order_by(table.c.asked_us)).all()
    opened.close()
    told = [
        {
            "incident": r.incident_id,
            "candidate": r.candidate_id,
            "score": round(r.score, 3),
            "rules": [one["rule"] for one in orjson.loads(r.reasons)],
        }
        for r in rows
    ]
    if as_json:
        output.figures({"questions": told})
        return
    for one in told:
        click.echo(f"{one['incident']}  {one['candidate']}  {one['score']}  {', '.join(one['rules'])}")


@review.command()
@click.argument("incident")
@click.argument("candidate")
@_BY
@STORE
@BUS
def link(incident: str, candidate: str, by: str, store: str | None, bus: str | None) -> None:
    """INCIDENT is the same matter as CANDIDATE: its reports join it."""
    _decide(store, bus, by, lambda one: one.merge(incident, candidate))


@review.command()
@click.argument("incident")
@click.argument("candidate")
@_BY
@STORE
@BUS
def apart(incident: str, candidate: str, by: str, store: str | None, bus: str | None) -> None:
    """INCIDENT and CANDIDATE are different matters."""
    _decide(store, bus, by, lambda one: one.keep_apart(incident, candidate))


@review.command()
@click.argument("source")
@click.argument("target")
@_BY
@STORE
@BUS
def unmerge(source: str, target: str, by: str, store: str | None, bus: str | None) -> None:
    """What was merged from SOURCE into TARGET goes back."""
    _decide(store, bus, by, lambda one: one.unmerge(source, target))


@review.command()
@click.argument("event_key")
@_BY
@STORE
@BUS
def unlink(event_key: str, by: str, store: str | None, bus: str | None) -> None:
    """Takes one report out of its matter; it opens one of its own."""
    _decide(store, bus, by, lambda one: one.unlink(event_key))


def _decide(
    store: str | None, bus: str | None, by: str, act: "Callable[[Relinking], Incident | None]"
) -> None:
    """Prints the incident that came of it."""
    from hub.run.matters.relinking import Relinking

    done = decided(
        store,
        bus,
        "review",
        lambda _, conn, dispatch, at: act(Relinking(conn, dispatch, by=by, at=at)),
    )
    click.echo(done.id if done else "ok")
