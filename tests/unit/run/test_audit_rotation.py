"""A new audit key: what was written stays provable, what is written goes on, what is forged with the old one is found."""

import pytest
from click.testing import CliRunner

from hub.access.chain import Chain, ChainBlock, Fault, head_seal
from hub.access.keyring import KeyRing, load_keys
from hub.bus.message import Fenced
from hub.cli import main
from hub.run.exits.auditing import Break, Whole, examine_by
from hub.run.ground.ledger import Ledger
from hub.run.keys import auditrotation
from hub.run.keys.keyfile import check_keys
from hub.store.engine import insert
from hub.store.tables import audit, audit_head
from tests.instruments import HubInHand
from tests.unit.run.ledgers import blocks
from tests.unit.run.stops import gone
from tests.unit.run.test_ledger import AT, look, write


def ring(hub: HubInHand) -> KeyRing:
    """What the file says now."""
    return load_keys(hub.hub.settings.keys_file)


def said(hub: HubInHand) -> Whole | Break:
    """The verifier's word, by the file as it is."""
    with hub.hub.store.read() as conn:
        return examine_by(conn, ring(hub))


def rotate(hub: HubInHand) -> str:
    """All of it; the name of the key that was retired."""
    name = auditrotation.begin(hub.hub.settings.keys_file)
    auditrotation.finish(hub.hub.store, hub.hub.settings.keys_file)
    return name


@pytest.fixture
def ledger(hub: HubInHand) -> Ledger:
    """A running worker's chain, of two blocks."""
    made = hub.hub.dispatch("casework")._ledger
    write(hub, made, "w1")
    write(hub, made, "w2")
    return made


def store_block(hub: HubInHand, block: ChainBlock, key: bytes) -> None:
    """Puts a block behind its chain, and a head, as who can write to the database and has `key`."""
    row = {
        "chain": block.worker_id,
        "seq": block.number,
        "made_us": 0,
        "previous": block.previous,
        "digest": block.digest,
        "rows": block.body,
    }
    seal = head_seal(key, block.worker_id, block.number, block.digest)
    head = {"chain": block.worker_id, "seq": block.number, "digest": block.digest, "seal": seal}
    with hub.hub.store.write() as conn:
        insert(conn, audit, [row])
        insert(conn, audit_head, [head], update=("seq", "digest", "seal"))


def test_a_running_worker_goes_on_with_the_new_key_and_all_of_its_chain_verifies(
    hub: HubInHand, ledger: Ledger
) -> None:
    assert "a1" == rotate(hub)
    assert Whole(1, 2, 2) == said(hub)
    write(hub, ledger, "w3")
    assert Whole(1, 3, 3) == said(hub)
    assert "a2" == rotate(hub)
    write(hub, ledger, "w4")
    assert Whole(1, 4, 4) == said(hub)
    check_keys(hub.hub.store, ring(hub))  # the store still knows its keys


def test_while_it_is_under_way_all_is_whole_and_one_that_was_broken_off_is_finished(
    hub: HubInHand, ledger: Ledger
) -> None:
    file = hub.hub.settings.keys_file
    with gone(hub, "audit_head"), pytest.raises(Exception, match="audit_head"):
        rotate(hub)
    assert ("a1", Whole(1, 2, 2)) == (ring(hub).retiring, said(hub))
    write(hub, ledger, "w3")
    assert Whole(1, 3, 3) == said(hub)
    assert "a1" == auditrotation.begin(file)
    auditrotation.finish(hub.hub.store, file)
    assert ("", Whole(1, 3, 3)) == (ring(hub).retiring, said(hub))


@pytest.mark.parametrize("written_after", [False, True], ids=["a chain at rest", "a chain that went on"])
def test_a_block_that_is_forged_with_a_retired_key_is_found(
    hub: HubInHand, ledger: Ledger, written_after: bool
) -> None:
    old = ring(hub).audit
    rotate(hub)
    if written_after:
        write(hub, ledger, "w3")
    ((name, chain),) = blocks(hub).items()
    last = chain[-1]
    store_block(hub, Chain(name, last.digest, last.number, old).append([look("forged")]), old)
    found = said(hub)
    assert isinstance(found, Break)
    wanted = (4, Fault.CHANGED) if written_after else (3, Fault.OTHER_HEAD)
    assert wanted == (found.number, found.fault)


def test_a_chain_that_is_begun_or_written_anew_with_a_retired_key_is_found(
    hub: HubInHand, ledger: Ledger
) -> None:
    assert ledger
    old = ring(hub).audit
    rotate(hub)
    store_block(hub, Chain("another", key=old).append([look("forged")]), old)
    assert Break("another", 1, Fault.OTHER_HEAD) == said(hub)
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit WHERE chain != 'another'")
        conn.exec_driver_sql("DELETE FROM audit_head WHERE chain != 'another'")
        conn.exec_driver_sql("DELETE FROM audit WHERE chain = 'another'")
    assert isinstance(said(hub), Break)


def test_what_did_not_fit_before_a_rotation_does_not_fit_after_it(hub: HubInHand, ledger: Ledger) -> None:
    assert ledger
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql("DELETE FROM audit WHERE seq = 2")
        conn.exec_driver_sql("UPDATE audit_head SET seq = 1, digest = (SELECT digest FROM audit)")
    before = said(hub)
    rotate(hub)
    assert isinstance(before, Break)
    assert before == said(hub)


def test_a_block_that_was_made_in_the_moment_of_the_change_begins_again(hub: HubInHand) -> None:
    assert hub.hub.vault
    old = ring(hub).audit
    answers = [old]
    ledger = Ledger(
        "w", hub.hub.store, key=old, renewed=lambda: answers.pop(0) if answers else ring(hub).audit
    )
    auditrotation.begin(hub.hub.settings.keys_file)
    with pytest.raises(Fenced), hub.hub.store.write() as conn:
        ledger.append(conn, [look("w1")], AT)
    auditrotation.finish(hub.hub.store, hub.hub.settings.keys_file)
    write(hub, ledger, "w1")
    assert Whole(1, 1, 1) == said(hub)


def test_the_commands_rotate_and_verify(hub: HubInHand, ledger: Ledger) -> None:
    settings = hub.hub.settings
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    done = CliRunner().invoke(main, ["keys", "rotate", "--audit"], env=place)
    assert (0, True) == (done.exit_code, '"retired":"a1"' in done.output.replace(" ", "")), done.output
    write(hub, ledger, "w3")
    assert 0 == CliRunner().invoke(main, ["audit", "verify"], env=place).exit_code
