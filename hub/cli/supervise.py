"""`gridplus supervise`: what departments have to answer for (督办)."""

from datetime import datetime
from typing import IO

import click

from hub.cli import output
from hub.cli.opened import opened
from hub.cli.supervising import BY, DAY, MOST, REASON, STORE, hub_of


@click.group()
def supervise() -> None:
    """What departments have to answer for (督办): list, open, answer, close."""


@supervise.command("list")
@STORE
def list_(store: str | None) -> None:
    """Records without an end, by the day on which the answer is due: one JSON object."""
    from hub.jsonform import plain
    from hub.settings import read
    from hub.store import measures

    with opened(read(store=store).store_url) as there, there.read() as conn:
        found = measures.waiting(conn, MOST)
    told = [
        {
            "record": one.id,
            "kind": one.kind,
            "department": one.department,
            "whistle": one.whistle_id,
            "why": one.why,
            "cards": one.cards,
            "due_at": plain(one.due_at),
            "state": one.state,
        }
        for one in found
    ]
    output.figures({"records": told})


@supervise.command("open")
@click.argument("whistle_id", metavar="WHISTLE")
@click.option("--why", required=True, type=click.Choice(["refused", "overdue", "unsolved", "poor"]))
@click.option("--due", required=True, type=DAY, help="The last day for the answer.")
@BY
@STORE
def open_(whistle_id: str, why: str, due: datetime, by: str, store: str | None) -> None:
    """WHISTLE's department has to answer; it is told over its channels."""
    from hub.run.exits.cardnotice import CardNotice
    from hub.run.matters.notices import Notices
    from hub.run.supervision.asking import Asking
    from hub.store import incidents, whistles
    from hub.whistle.supervision import Trigger

    with hub_of(store) as hub:
        ledger, vault = hub.ledgers.mine(), hub.vault
        notices = Notices(outbox=hub.outbox, telling=hub.telling, contracts=hub.contracts)
        with hub.store.write() as conn:
            now = hub.clock.now()
            asked = Asking(conn, vault, by=by, at=now).open(whistle_id, Trigger(why), due.date())
            one = whistles.load(conn, [asked.whistle_id])[asked.whistle_id]
            matter = incidents.load(conn, [one.incident_id])[one.incident_id]
            notices.send(conn, [CardNotice(asked, one, matter)], ledger, now)
        ledger.committed()
    output.figures({"record": asked.id, "department": asked.department, "state": asked.state})


@supervise.command()
@click.argument("record")
@click.option(
    "--words", required=True, type=click.File(encoding="utf-8"), help="A file, or - for what is typed."
)
@BY
@STORE
def answer(record: str, words: IO[str], by: str, store: str | None) -> None:
    """The department's answer to RECORD; it is sealed. A second one takes its place."""
    from hub.run.supervision.asking import Asking

    said = words.read()
    with hub_of(store) as hub:
        vault = hub.vault  # its keys are looked for in the store: not while that is written to
        with hub.store.write() as conn:
            state = Asking(conn, vault, by=by, at=hub.clock.now()).answer(record, said)
    output.figures({"record": record, "state": state})


@supervise.command()
@click.argument("record")
@BY
@REASON
@STORE
def close(record: str, by: str, reason: str, store: str | None) -> None:
    """RECORD's answer is enough."""
    from hub.run.supervision.asking import Asking

    with hub_of(store) as hub:
        vault = hub.vault
        with hub.store.write() as conn:
            state = Asking(conn, vault, by=by, at=hub.clock.now()).close(record, reason)
    output.figures({"record": record, "state": state})
