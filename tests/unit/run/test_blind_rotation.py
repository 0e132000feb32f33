"""A new blind key: whoever writes or looks meanwhile finds everybody, and nothing is left of the old one."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from hub.access.keyring import KeyRing, load_keys
from hub.access.vault import Vault
from hub.cli import main
from hub.model import DepartmentId, Draft
from hub.run import blindrotation, keyfile
from hub.run.sealing import open_resident
from hub.store import keys
from hub.store.tables import resident
from tests.instruments import HubInHand, person
from tests.unit.run.sources import pipe
from tests.unit.run.stops import gone


def asked(hub: HubInHand, *numbers: int) -> None:
    """A report by each of these people becomes an event."""
    hub.tell(*(_by(hub, n) for n in numbers))
    hub.settle()


def _by(hub: HubInHand, n: int) -> Draft:
    return replace(pipe(hub, f"A{n}", n % 20), requester=person(n))


def misplaced(hub: HubInHand) -> int:
    """People who are not stored under the index that the file's present key gives their number."""
    vault, wrong = Vault(load_keys(hub.hub.settings.keys_file)), 0
    with hub.hub.store.read() as conn:
        rows = conn.execute(select(resident)).all()
        known = keys.of(conn, [r.id for r in rows])
    for r in rows:
        said = open_resident(vault, known[r.id], r.sealed)
        wrong += bytes(r.phone_index) != vault.blind("phone", said.phone)
    return wrong


def people(hub: HubInHand) -> int:
    """How many are stored."""
    return int(hub.rows("SELECT count(*) FROM resident")[0][0])


def ring(hub: HubInHand) -> KeyRing:
    """What the file says now."""
    return load_keys(hub.hub.settings.keys_file)


def at_once() -> None:
    """Nobody is at work."""


def finish(hub: HubInHand, wait: Callable[[], None] = at_once) -> int:
    """The second half of the rotation."""
    return blindrotation.finish(hub.hub.store, hub.hub.settings.keys_file, hub.hub.pack, wait=wait)


def rotate(hub: HubInHand, wait: Callable[[], None] = at_once) -> int:
    """All of it; how many indexes were made anew."""
    blindrotation.begin(hub.hub.settings.keys_file)
    return finish(hub, wait)


def test_everybody_is_indexed_by_the_new_key_and_the_old_one_is_gone(hub: HubInHand) -> None:
    asked(hub, *range(30))
    old = ring(hub).blind
    blindrotation.begin(hub.hub.settings.keys_file)
    assert (old, 30) == (ring(hub).blind_before, misplaced(hub))
    assert finish(hub) >= 30
    assert (0, 30, b"") == (misplaced(hub), people(hub), ring(hub).blind_before)
    assert ring(hub).blind != old


def test_what_a_worker_that_had_not_looked_yet_wrote_meanwhile_is_found(hub: HubInHand) -> None:
    asked(hub, 1)

    late = Vault(ring(hub)).blind("phone", person(1).phone)

    def writes() -> None:
        assert 0 == misplaced(hub)
        with hub.hub.store.write() as conn:
            conn.execute(update(resident).values(phone_index=late))
        assert 1 == misplaced(hub)

    rotate(hub, writes)
    assert (0, 1) == (misplaced(hub), people(hub))


def test_a_running_worker_writes_by_the_new_key_a_second_later(hub: HubInHand) -> None:
    asked(hub, 1)
    rotate(hub)
    hub.clock.pause(1)
    asked(hub, 2)
    assert 0 == misplaced(hub)


def test_a_departments_staff_are_known_all_the_while(hub: HubInHand) -> None:
    phone = hub.hub.pack.organisations[DepartmentId("chengguan")].staff_phones[0]
    is_known = hub.hub.staff.is_staff
    assert (True, False) == (is_known("chengguan", phone), is_known("zhongxin", phone))

    def meanwhile() -> None:
        hub.clock.pause(1)
        assert (True, False) == (is_known("chengguan", phone), is_known("zhongxin", phone))

    before = hub.rows("SELECT department, phone_index FROM staff")
    rotate(hub, meanwhile)
    assert is_known("chengguan", phone)  # by the ring of a moment ago
    hub.clock.pause(1)
    assert (True, False) == (is_known("chengguan", phone), is_known("zhongxin", phone))
    after = hub.rows("SELECT department, phone_index FROM staff")
    assert len(before) == len(after)
    assert set(before).isdisjoint(after)


def test_a_rotation_that_was_broken_off_is_gone_on_with(hub: HubInHand) -> None:
    asked(hub, *range(5))
    with gone(hub, "resident"), pytest.raises(Exception, match="resident"):
        rotate(hub)
    begun = ring(hub)
    assert (5, True) == (misplaced(hub), bool(begun.blind_before))
    rotate(hub)
    assert (0, begun.blind, b"") == (misplaced(hub), ring(hub).blind, ring(hub).blind_before)


def test_a_resend_is_known_as_one_ever_after(hub: HubInHand) -> None:
    content = b"the same bytes"
    before = hub.hub.vault.fingerprint(content)
    for _ in range(2):
        rotate(hub)
        assert before == Vault(ring(hub)).fingerprint(content)
    keyfile.check_keys(hub.hub.store, ring(hub))  # the store knows its keys


def test_a_worker_that_cannot_read_the_file_goes_on_with_what_it_knows(hub: HubInHand) -> None:
    asked(hub, 1)
    file = hub.hub.settings.keys_file
    whole = file.read_text()
    file.write_text("half")
    hub.clock.pause(1)
    asked(hub, 2)
    file.write_text(whole)
    assert (0, 2) == (misplaced(hub), people(hub))


def test_the_command_begins_and_finishes(hub: HubInHand) -> None:
    asked(hub, 1)
    settings = hub.hub.settings
    place = {
        "GRIDPLUS_HOME": str(settings.home),
        "GRIDPLUS_STORE": settings.store_url,
        "GRIDPLUS_LEASE_S": "0.1",
    }
    begun = CliRunner().invoke(main, ["keys", "rotate", "--blind", "--begin"], env=place)
    assert (0, "") == (begun.exit_code, begun.output)
    assert ring(hub).blind_before
    done = CliRunner().invoke(main, ["keys", "rotate", "--blind"], env=place)
    assert 0 == done.exit_code, done.output
    assert (0, b"") == (misplaced(hub), ring(hub).blind_before)
    assert 2 == CliRunner().invoke(main, ["keys", "rotate", "--begin"], env=place).exit_code
