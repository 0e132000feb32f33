"""The audit chain: whole in the table, whatever was rolled back, lost on the way, or deleted elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import orjson
import pytest
from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.chain import Broken, Fault, Verified
from hub.access.exits import Exit
from hub.bus.message import Fenced
from hub.run.ground.ledger import Ledger, Ledgers
from hub.store import keys
from tests.instruments import MORNING, HubInHand
from tests.unit.run.ledgers import blocks, is_whole, verdicts
from tests.unit.run.sources import pipe

AT = MORNING.astimezone(UTC)


def look(matter: str) -> AuditRow:
    """Someone was shown something."""
    return AuditRow(
        at=AT,
        who="zilai",
        exit=Exit.HTTP_WHISTLE,
        result=Result.ALLOW,
        purpose="handle",
        fields=("title",),
        matter=matter,
    )


def write(hub: HubInHand, ledger: Ledger, *matters: str) -> None:
    """One transaction that holds."""
    with hub.hub.store.write() as conn:
        ledger.append(conn, [look(one) for one in matters], AT)
    ledger.committed()


def matters(hub: HubInHand) -> list[str]:
    """What the table says was looked at, in order."""
    return [row.matter for chain in blocks(hub).values() for block in chain for row in block.rows]


def test_what_a_journey_shows_is_in_a_chain_that_verifies(hub: HubInHand) -> None:
    for n in range(3):
        hub.tell(pipe(hub, f"A{n}", n))
        hub.settle()
    on_topics = [r[1] for r in hub.rows("SELECT topic, value FROM message") if "whistles" in r[0]]
    assert on_topics  # the others are told, and written down, when they are sent
    assert {orjson.loads(one)["subject"] for one in on_topics} == set(matters(hub))
    assert is_whole(hub)


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        pytest.param(
            "UPDATE audit SET rows = replace(rows, 'w2', 'w9') WHERE seq = 2", Fault.CHANGED, id="changed"
        ),
        pytest.param("DELETE FROM audit WHERE seq = 2", Fault.MISSING, id="deleted"),
    ],
)
def test_a_row_that_was_changed_or_deleted_shows(hub: HubInHand, damage: str, fault: Fault) -> None:
    ledger = Ledger("w", hub.hub.store, key=hub.hub.keys.audit)
    for matter in ("w1", "w2", "w3"):
        write(hub, ledger, matter)
    assert is_whole(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(damage)
    ((said),) = verdicts(hub)
    assert isinstance(said, Broken)
    assert fault is said.fault


def test_a_worker_that_starts_anew_goes_on_in_its_chain(hub: HubInHand) -> None:
    write(hub, Ledger("w", hub.hub.store, key=hub.hub.keys.audit), "w1")
    write(hub, Ledger("w", hub.hub.store, key=hub.hub.keys.audit), "w2")
    assert [Verified] == [type(said) for said in verdicts(hub)]
    assert ["w1", "w2"] == matters(hub)


def test_a_block_that_was_rolled_back_leaves_no_gap(hub: HubInHand) -> None:
    ledger = Ledger("w", hub.hub.store, key=hub.hub.keys.audit)
    write(hub, ledger, "w1")
    with pytest.raises(ZeroDivisionError):
        _rolled_back(hub, ledger)
    ledger.begin()
    ledger.committed()  # a batch that showed nothing
    write(hub, ledger, "w2", "w3")
    assert (["w1", "w2", "w3"], True) == (matters(hub), is_whole(hub))


def _rolled_back(hub: HubInHand, ledger: Ledger) -> None:
    with hub.hub.store.write() as conn:
        ledger.append(conn, [look("never")], AT)
        raise ZeroDivisionError


def test_a_commit_whose_answer_was_lost_is_found_out_and_nothing_is_left_out(hub: HubInHand) -> None:
    ledger = Ledger("w", hub.hub.store, key=hub.hub.keys.audit)
    with hub.hub.store.write() as conn:
        ledger.append(conn, [look("w1")], AT)  # it holds, but the worker never hears of it

    def again(conn: Connection) -> None:
        ledger.begin()
        ledger.append(conn, [look("w2")], AT)

    with pytest.raises(Fenced), hub.hub.store.write() as conn:
        again(conn)
    write(hub, ledger, "w2")
    assert (["w1", "w2"], True) == (matters(hub), is_whole(hub))


def test_threads_of_one_worker_have_chains_of_their_own(hub: HubInHand) -> None:
    ledgers = Ledgers("web", hub.hub.store, key=hub.hub.keys.audit)
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda n: write(hub, ledgers.mine(), f"w{n}"), range(40)))
    assert sorted(f"w{n}" for n in range(40)) == sorted(matters(hub))
    assert is_whole(hub)


@pytest.mark.nasty("N62")
def test_destroying_a_records_key_makes_it_unreadable_and_leaves_the_chain_whole(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    hub.settle()
    ((whistle,),) = hub.rows("SELECT id FROM whistle WHERE department = 'zilai'")
    assert "水管爆裂" in _opened(hub, whistle)
    with hub.hub.store.write() as conn:
        keys.destroy(conn, [r[0] for r in hub.rows("SELECT id FROM record")])
    assert "水管爆裂" not in _opened(hub, whistle)
    assert is_whole(hub)


def _opened(hub: HubInHand, whistle: str) -> str:
    """What the department is shown of its whistle now."""
    it = hub.hub
    shown = it.opening.open("zilai", whistle, purpose="handle", ledger=it.ledgers.mine(), now=hub.clock.now())
    return str(shown)
