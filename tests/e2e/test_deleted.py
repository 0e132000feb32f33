"""After a deletion nothing of the person opens, on both stacks: not in the vault, not in a dossier, not in what neighbours
said; and everything that is chained verifies as before."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.access.exits import Exit
from hub.access.rights import Basis, Kind, Person
from hub.model import Actor, Move
from hub.run.matters.announcing import as_closed
from hub.run.residents.requests import Asked
from hub.store import incidents, whistles
from hub.whistle.lifecycle import OVER, advance
from tests.instruments import HubInHand, person
from tests.unit.run.filed import WORDS, call, exported, file, granted, proved, shown
from tests.unit.run.matters import DONE
from tests.unit.run.sources import pipe
from tests.unit.run.test_audit_anchors import anchor, codes
from tests.unit.run.test_requests import in_vault

pytestmark = pytest.mark.doors
ONE = person(1)
NEIGHBOUR = f"{ONE.name}（{ONE.phone}）说水管爆了，我也看到。"


def deleted(hub: HubInHand) -> None:
    """By two admins."""
    who = Person(name=ONE.name, phone=ONE.phone)
    asked = Asked(kind=Kind.DELETE, basis=Basis.WITHDRAWN, reference="XF-2026-0012", person=who)
    requests = hub.hub.requests(Exit.CLI)
    requests.agree(requests.enter(asked, by="ann"), by="ben")


def done(hub: HubInHand, called: str) -> None:
    """Its matter is over: the department has handed in its result, and whoever else was called is called off."""
    note = {"nonce": "1", "move": "sign", "note": f"已联系{ONE.name}"}
    for said in (note, {"nonce": "2", "move": "result", "form": DONE}):
        hub.hub.reporting.take("zilai", called, said, hub.clock.now())
    with hub.hub.store.write() as conn:
        (matter,) = incidents.load(conn, [whistles.load(conn, [called])[called].incident_id]).values()
        incidents.change(conn, [as_closed(matter, hub.clock.now())], hub.clock.now())
        for one in whistles.of_incidents(conn, [matter.id])[matter.id]:
            if one.id != called and one.state not in OVER:
                off, _ = advance(one, Move.CANCEL, hub.clock.now(), actor=Actor.HUB)
                whistles.change(conn, [(off, one.version)], hub.clock.now())


@pytest.mark.nasty("N62")
def test_after_a_deletion_nothing_opens_and_what_is_chained_is_whole(hub: HubInHand, tmp_path: Path) -> None:
    called = call(hub, tmp_path)
    hub.tell(replace(pipe(hub, "A3"), requester=person(2), content=NEIGHBOUR))
    hub.settle()
    done(hub, called)
    file(hub)
    anchor(hub)
    with granted(hub, "event.title", "event.content", "report.note") as made:
        before = exported(hub, called, by=made)
    assert WORDS in [one.get("event.content") for one in shown(before, "event")]
    assert [] == codes(hub)
    deleted(hub)
    assert ONE.phone not in in_vault(hub)
    assert ONE.name not in in_vault(hub)
    assert "我也看到" in in_vault(hub)  # the neighbour's own words are there, without the name
    with granted(hub, "event.title", "event.content", "report.note") as made:
        after = exported(hub, called, by=made)
    assert WORDS not in [one.get("event.content") for one in shown(after, "event")]
    assert ONE.name not in str(after.data)
    assert () == proved(hub, after).findings
    assert () == proved(hub, before).findings
    heads = [one["digest"] for one in before.data["entries"]]
    assert heads == [one["digest"] for one in after.data["entries"]][: len(heads)]
    anchor(hub)
    assert [] == codes(hub)
