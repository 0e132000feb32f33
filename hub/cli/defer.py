"""`gridplus defer`: hard matters that two persons agree to let wait (挂账), each with a day of review."""

from datetime import datetime

import click

from hub.cli import output
from hub.cli.opened import opened
from hub.cli.supervising import BY, DAY, MOST, REASON, STORE, decide


@click.group()
def defer() -> None:
    """Matters that are agreed to wait (挂账): list, propose, agree, review."""


@defer.command("list")
@STORE
def list_(store: str | None) -> None:
    """Matters that wait, or are to, by the day of their review: one JSON object."""
    from hub.jsonform import plain
    from hub.settings import read
    from hub.store import deferrals, turns
    from hub.whistle.supervision import State, asked_in

    with opened(read(store=store).store_url) as there, there.read() as conn:
        found = deferrals.waiting(conn, MOST)
        made = turns.of_subjects(conn, [one.id for one in found if one.state is State.RENEWING])
    asked = {id_: wish for id_, some in made.items() if (wish := asked_in(some))}
    told = [
        {
            "deferral": one.id,
            "incident": one.incident_id,
            "reason_code": one.reason_code,
            "proposed_by": one.proposed_by,
            "review_at": plain(one.review_at),
            "state": one.state,
            **(
                {"asked_by": asked[one.id].by, "asked_until": plain(asked[one.id].until)}
                if one.id in asked
                else {}
            ),
        }
        for one in found
    ]
    output.figures({"deferrals": told})


@defer.command()
@click.argument("incident")
@click.option("--review", required=True, type=DAY, help="The day on which it is looked at again.")
@click.option("--reason", required=True, metavar="CODE", help="Why, as a code of your district.")
@BY
@STORE
def propose(incident: str, review: datetime, reason: str, by: str, store: str | None) -> None:
    """INCIDENT is to wait; nothing changes until another account agrees."""
    from hub.run.supervision.deferring import Deferring

    done = decide(
        store, lambda _, conn, now: Deferring(conn, by=by, at=now).propose(incident, reason, review.date())
    )
    output.figures({"deferral": done.id, "incident": done.incident_id, "state": done.state})


@defer.command()
@click.argument("deferral")
@BY
@STORE
def agree(deferral: str, by: str, store: str | None) -> None:
    """It waits, or waits on as a review asked: its clocks run on, and no card is issued until the day of review."""
    from hub.run.supervision.deferring import Deferring

    state = decide(store, lambda _, conn, now: Deferring(conn, by=by, at=now).agree(deferral))
    output.figures({"deferral": deferral, "state": state})


@defer.command()
@click.argument("deferral")
@click.option(
    "--until",
    type=DAY,
    default=None,
    help="It is to wait on until that day, once another account agrees; without it, it waits no longer.",
)
@BY
@REASON
@STORE
def review(deferral: str, until: datetime | None, by: str, reason: str, store: str | None) -> None:
    """DEFERRAL was looked at again."""
    from hub.run.supervision.deferring import Deferring

    def act(one: Deferring) -> str:
        return one.renew(deferral, until.date()) if until else one.end(deferral, reason)

    state = decide(store, lambda _, conn, now: act(Deferring(conn, by=by, at=now)))
    output.figures({"deferral": deferral, "state": state})
