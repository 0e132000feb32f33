"""`gridplus card`: the centre's word about cards, and whether they come out the same."""

import click

from hub.cli import output
from hub.cli.opened import opened
from hub.cli.supervising import BY, MOST, REASON, STORE, decide, hub_of


@click.group()
def card() -> None:
    """Cards (督办牌): list, review an appeal, void, compute them again."""


@card.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["standing", "appealed", "reviewed", "kept", "withdrawn", "void"]),
    help="Only cards that stand so; may be given several times. Without it, those whose appeal waits for a review.",
)
@STORE
def list_(states: tuple[str, ...], store: str | None) -> None:
    """Cards by id, with what became of each: one JSON object."""
    from hub.jsonform import plain
    from hub.settings import read
    from hub.store import cards, turns
    from hub.whistle.supervision import State

    wanted = [State(one) for one in states] or [State.APPEALED, State.REVIEWED]
    with opened(read(store=store).store_url) as there, there.read() as conn:
        found = cards.in_states(conn, wanted, MOST)
        made = turns.of_subjects(conn, (one.id for one in found))
    told = [
        {
            "card": one.id,
            "kind": one.card,
            "department": one.department,
            "whistle": one.whistle_id,
            "step": one.step,
            "due_at": plain(one.due_at),
            "state": one.state,
            "turns": [
                {"turn": t.turn, "by": t.by, "at": plain(t.at), "reason_code": t.reason_code}
                for t in made.get(one.id, [])
            ],
        }
        for one in found
    ]
    output.figures({"cards": told})


@card.command()
@click.argument("card_id", metavar="CARD")
@click.argument("verdict", type=click.Choice(["keep", "withdraw"]))
@BY
@REASON
@STORE
def review(card_id: str, verdict: str, by: str, reason: str, store: str | None) -> None:
    """What CARD's appeal comes to: the first word decides nothing yet, a second account's is final."""
    from hub.run.supervision.appealing import Reviewing
    from hub.whistle.supervision import Turn

    state = decide(
        store, lambda _, conn, now: Reviewing(conn, by=by, at=now).review(card_id, Turn(verdict), reason)
    )
    output.figures({"card": card_id, "state": state})


@card.command()
@click.argument("card_id", metavar="CARD")
@BY
@REASON
@STORE
def void(card_id: str, by: str, reason: str, store: str | None) -> None:
    """CARD does not hold: it counts no more, nor does what rests on it."""
    from hub.run.supervision.appealing import Reviewing

    state = decide(store, lambda _, conn, now: Reviewing(conn, by=by, at=now).void(card_id, reason))
    output.figures({"card": card_id, "state": state})


@card.command()
@STORE
def check(store: str | None) -> None:
    """Computes every card that stands again; what does not come out the same is void. Exit 1 where there was one."""
    from hub.run.supervision.proving import Proving, Void

    looked, found, behind = 0, list[Void](), ""
    with hub_of(store) as hub:
        proving = Proving(hub.pack, hub.contracts)
        while True:
            with hub.store.write() as conn:
                some = proving.portion(conn, behind)
                found += proving.check(conn, some, hub.clock.now())
            if not some:
                break
            looked, behind = looked + len(some), some[-1].id
    output.figures(
        {"cards": looked, "void": [{"card": one.card.id, "differs": list(one.differs)} for one in found]}
    )
    raise SystemExit(1 if found else 0)
