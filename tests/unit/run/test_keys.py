"""The master keys' file: made once, for its owner alone; a rotation keeps every sealed value readable."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from hub.access.keyring import load_keys
from hub.access.vault import Vault, master_of
from hub.errors import FixSettings
from hub.run.keys import keyfile
from hub.run.keys.keyrotation import rotate
from hub.run.sources.reception import SEALED_AT
from hub.store import keys
from hub.store.tables import data_key
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe
from tests.unit.run.stops import gone


def words(hub: HubInHand, ring: Path) -> list[bytes]:
    """What every stored record says, read by a process that has just started."""
    vault = Vault(load_keys(ring))
    sealed = {r[0]: r[1] for r in hub.rows("SELECT record_id, sealed FROM body ORDER BY record_id")}
    with hub.hub.store.read() as conn:
        found = keys.of(conn, sealed)
    return [vault.open(found[id_], SEALED_AT, value) for id_, value in sealed.items()]


def masters(hub: HubInHand) -> set[str]:
    """The masters that data keys are wrapped with."""
    with hub.hub.store.read() as conn:
        return {master_of(r.wrapped) for r in conn.execute(select(data_key))}


def test_the_first_start_makes_a_file_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    file = tmp_path / "home" / "keys.toml"
    made = keyfile.open_keys(file)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert made == keyfile.open_keys(file)
    assert [file] == list(file.parent.iterdir())


def test_processes_that_start_together_agree_on_one_file(tmp_path: Path) -> None:
    script = "import sys, pathlib; from hub.run.keys import keyfile; "
    script += "print(keyfile.open_keys(pathlib.Path(sys.argv[1])).as_toml())"
    command = [sys.executable, "-c", script, str(tmp_path / "keys.toml")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    rings = {process.communicate(timeout=50)[0] for process in started}
    assert 1 == len(rings)
    assert rings != {b""}
    assert ["keys.toml"] == [one.name for one in tmp_path.iterdir()]


def test_a_file_that_is_no_key_file_is_refused_and_nothing_of_it_is_told(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('current = "m1"\nblind = "secret-but-wrong"\n[masters]\n')
    with pytest.raises(FixSettings) as refused:
        keyfile.open_keys(file)
    assert "A109" == refused.value.code
    assert "secret" not in str(refused.value)


def test_after_a_rotation_everything_is_wrapped_anew_and_still_readable(hub: HubInHand) -> None:
    hub.tell(*(pipe(hub, f"A{n}") for n in range(601)))
    file = hub.hub.settings.keys_file
    before = words(hub, file)
    assert {"m1"} == masters(hub)
    rotated = rotate(hub.hub.store, file)
    assert ("m2", 601, {"m2"}) == (rotated.master, rotated.rewrapped, masters(hub))
    assert before == words(hub, file)
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)


def test_records_that_came_before_a_rotation_go_their_way_after_it(hub: HubInHand, tmp_path: Path) -> None:
    hub.tell(pipe(hub, "A1"))
    rotate(hub.hub.store, hub.hub.settings.keys_file)
    started_anew = HubInHand(tmp_path)
    started_anew.settle()
    assert 1 == started_anew.account()["fates"]["published"]
    started_anew.close()


def test_a_rotation_that_was_broken_off_loses_nothing_and_is_finished_by_the_next(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    file = hub.hub.settings.keys_file
    before = words(hub, file)
    with gone(hub, "data_key"), pytest.raises(Exception, match="data_key"):
        rotate(hub.hub.store, file)
    assert (before, {"m1"}) == (words(hub, file), masters(hub))
    assert "m3" == rotate(hub.hub.store, file).master
    assert (before, {"m3"}) == (words(hub, file), masters(hub))


def test_a_new_master_never_takes_the_name_of_one_that_is_still_in_the_file(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    file = hub.hub.settings.keys_file
    rotate(hub.hub.store, file)
    keyfile.replace(file, load_keys(file).without_master("m1"))
    assert "m3" == rotate(hub.hub.store, file).master
    assert 1 == len(words(hub, file))


def test_a_running_worker_reads_the_file_again_at_the_first_key_of_a_new_master(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    rotate(hub.hub.store, hub.hub.settings.keys_file)
    hub.hub.vault._open.clear()  # as after ten thousand other keys
    hub.settle()
    assert 1 == hub.account()["fates"]["published"]
    hub.tell(pipe(hub, "A2"))
    assert {"m2"} == masters(hub)


def test_a_worker_whose_file_lacks_the_new_master_stops_and_holds_no_record(hub: HubInHand) -> None:
    hub.tell(pipe(hub, "A1"))
    file = hub.hub.settings.keys_file
    old = load_keys(file)
    rotate(hub.hub.store, file)
    keyfile.replace(file, old)  # a machine that the new file has not reached
    hub.hub.vault._open.clear()
    with pytest.raises(FixSettings) as stopped:
        hub.settle()
    assert "A102" == stopped.value.code
    assert [(None, None)] == hub.rows("SELECT fate, code FROM record")
