"""A new blind key: whoever writes or looks meanwhile finds everybody, and nothing is left of the old one."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import event, select, update

from hub.access.keyring import KeyRing, load_keys
from hub.access.vault import Vault
from hub.bus.message import Fenced
from hub.cli import main
from hub.model import DepartmentId, Draft
from hub.run.ground.sealing import open_resident
from hub.run.keys import blindrotation, keyfile
from hub.store import keys
from hub.store.tables import resident
from tests.instruments import HubInHand, person
from tests.unit.run.sources import SOURCE, pipe
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
        wrong += r.phone_index != vault.blind("phone", said.phone)
    return wrong


def people(hub: HubInHand) -> int:
    """How many are stored."""
    return int(hub.rows("SELECT count(*) FROM resident")[0][0])


def ring(hub: HubInHand) -> KeyRing:
    """What the file says now."""
    return load_keys(hub.hub.settings.keys_file)


def finish(hub: HubInHand) -> blindrotation.Done:
    """The second half of the rotation."""
    return blindrotation.finish(hub.hub.store, hub.hub.settings.keys_file, hub.hub.pack)


def rotate(hub: HubInHand) -> blindrotation.Done:
    """All of it."""
    blindrotation.begin(hub.hub.settings.keys_file)
    return finish(hub)


def after_a_change(hub: HubInHand, then: Callable[[], None]) -> None:
    """Once, as soon as a transaction that made indexes anew has ended, `then` happens."""
    seen: list[str] = []

    def look(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE resident"):
            seen.append(statement)

    def ended(*_: object) -> None:
        if len(seen) == 1:
            seen.append("then")
            then()

    event.listen(hub.hub.store.engine, "before_cursor_execute", look)
    event.listen(hub.hub.store.engine, "checkin", ended)


def test_everybody_is_indexed_by_the_new_key_and_the_old_one_is_gone(hub: HubInHand) -> None:
    asked(hub, *range(30))
    old = ring(hub).blind
    blindrotation.begin(hub.hub.settings.keys_file)
    assert (old, 30) == (ring(hub).blind_before, misplaced(hub))
    done = finish(hub)
    assert (True, set()) == (done.indexes >= 30, done.damaged)
    assert (0, 30, b"") == (misplaced(hub), people(hub), ring(hub).blind_before)
    assert ring(hub).blind != old


def test_what_a_worker_that_could_not_look_wrote_meanwhile_is_found(hub: HubInHand) -> None:
    asked(hub, 1)

    late = Vault(ring(hub)).blind("phone", person(1).phone)

    def writes() -> None:
        assert 0 == misplaced(hub)
        with hub.hub.store.write() as conn:
            conn.execute(update(resident).values(phone_index=late))
        assert 1 == misplaced(hub)

    blindrotation.begin(hub.hub.settings.keys_file)
    after_a_change(hub, writes)
    finish(hub)
    assert (0, 1) == (misplaced(hub), people(hub))


def test_a_worker_that_stalled_through_the_rotation_commits_nothing_and_begins_anew_by_the_new_key(
    hub: HubInHand, other: HubInHand
) -> None:
    """However long it was asleep: nobody took its lease, and by its own clock no moment has passed."""
    hub.tell(_by(hub, 1))
    worker = other.hub.plain_intake(SOURCE, other.adapter)
    held = worker.lease()
    assert held is not None
    other.hub.vault.blind("phone", person(1).phone)  # it has looked at the file at this very moment
    rotate(hub)
    with pytest.raises(Fenced):
        worker.digest(held)
    assert 0 == people(hub)
    worker.lost()
    anew = worker.lease()
    assert anew is not None
    assert 1 == worker.digest(anew)
    assert (0, 1) == (misplaced(hub), people(hub))


def test_a_worker_whose_lease_is_prolonged_amid_the_rotation_indexes_by_the_new_key(
    hub: HubInHand, other: HubInHand
) -> None:
    worker = other.hub.plain_intake(SOURCE, other.adapter)
    assert worker.lease() is not None
    other.clock.pause(other.hub.settings.lease_s)
    other.hub.vault.blind("phone", person(1).phone)  # it has looked at the file at this very moment
    rotate(hub)
    hub.tell(_by(hub, 1))
    held = worker.lease()
    assert held is not None
    worker.digest(held)
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
    blindrotation.begin(hub.hub.settings.keys_file)
    meanwhile()
    finish(hub)
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
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    begun = CliRunner().invoke(main, ["keys", "rotate", "--blind", "--begin"], env=place)
    assert (0, "") == (begun.exit_code, begun.output)
    assert ring(hub).blind_before
    done = CliRunner().invoke(main, ["keys", "rotate", "--blind"], env=place)
    assert 0 == done.exit_code, done.output
    assert [] == json.loads(done.output.splitlines()[-1])["damaged"]
    assert (0, b"") == (misplaced(hub), ring(hub).blind_before)
    assert 2 == CliRunner().invoke(main, ["keys", "rotate", "--begin"], env=place).exit_code


WRONG = {
    "a byte more": "UPDATE resident SET sealed = CAST(sealed || x'00' AS BLOB)",
    "all that is sealed": "UPDATE resident SET sealed = x''",
    "another's words": "UPDATE resident SET sealed = (SELECT max(sealed) FROM resident AS other WHERE other.id <> resident.id)",
    "the key": "UPDATE data_key SET wrapped = x'00'",
}


_ID = {"resident": "id", "data_key": "subject"}


@contextmanager
def damaged(hub: HubInHand, what: str) -> Iterator[str]:
    """One of several people cannot be opened within the block; the id."""
    tables = {"resident": "sealed", "data_key": "wrapped"}
    (id_, *_) = sorted(r[0] for r in hub.rows("SELECT id FROM resident"))
    kept = {t: hub.rows(f"SELECT {c} FROM {t} WHERE {_ID[t]} = '{id_}'")[0][0] for t, c in tables.items()}  # noqa: S608 ours
    table = WRONG[what].split()[1]
    with hub.hub.store.write() as conn:
        conn.exec_driver_sql(f"{WRONG[what]} WHERE {_ID[table]} = '{id_}'")
    yield id_
    with hub.hub.store.write() as conn:
        for name, column in tables.items():
            conn.exec_driver_sql(f"UPDATE {name} SET {column} = ? WHERE {_ID[name]} = ?", (kept[name], id_))  # noqa: S608 ours


@pytest.mark.parametrize("what", WRONG)
def test_one_who_is_damaged_is_named_and_found_by_no_key_and_the_others_are_indexed(
    hub: HubInHand, what: str
) -> None:
    asked(hub, *range(4))
    with damaged(hub, what) as ill:
        assert {ill} == rotate(hub).damaged
        assert [(ill,)] == hub.rows("SELECT id FROM resident WHERE phone_index IS NULL")
        assert b"" == ring(hub).blind_before
    assert 1 == misplaced(hub)
    assert set() == rotate(hub).damaged  # brought back
    assert (0, 4) == (misplaced(hub), people(hub))


def test_the_command_names_who_is_damaged_and_nothing_of_them_and_ends_with_1(hub: HubInHand) -> None:
    asked(hub, 1, 2)
    settings = hub.hub.settings
    place = {"GRIDPLUS_HOME": str(settings.home), "GRIDPLUS_STORE": settings.store_url}
    with damaged(hub, "the key") as ill:
        done = CliRunner().invoke(main, ["keys", "rotate", "--blind"], env=place)
        assert 1 == done.exit_code
        figures, said = done.output.splitlines()[-2:]
    assert [ill] == json.loads(figures)["damaged"]
    assert ("A125", True) == (said.split()[0], ill in said)
    assert [] == [n for n in (1, 2) if person(n).phone in done.output]


def test_keys_of_another_store_change_neither_file_nor_store(hub: HubInHand, tmp_path: Path) -> None:
    asked(hub, 1)
    other = tmp_path / "other"
    keyfile.open_keys(other / "keys.toml")
    place = {"GRIDPLUS_HOME": str(other), "GRIDPLUS_STORE": hub.hub.settings.store_url}
    before = (other / "keys.toml").read_text()
    done = CliRunner().invoke(main, ["keys", "rotate", "--blind"], env=place)
    assert (2, True) == (done.exit_code, "A122" in done.output)
    assert (before, 0) == ((other / "keys.toml").read_text(), misplaced(hub))
