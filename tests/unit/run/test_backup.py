"""A copy that can be trusted: it is whole or refused, the keys lie apart, and it comes back into an empty place only."""

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.access.vault import Vault
from hub.cli import main
from hub.errors import FixSettings
from hub.model import AttachmentRef, AttachmentState, Mode
from hub.run.care import postgresql_copy
from hub.run.ground.sealing import FILE_SEALED_AT, open_link
from hub.run.keys.keyfile import open_keys
from hub.run.sources.reception import SEALED_AT
from hub.store import attachments, keys
from hub.store.attachments import Got
from tests.instruments import HubInHand, person, stated
from tests.photos import photo
from tests.unit.run.sources import pipe


def call(home: Path, *words: str) -> Result:
    """A command of the hub whose home that is."""
    env = {
        "GRIDPLUS_HOME": str(home),
        "GRIDPLUS_LANGUAGE": "en",
        "GRIDPLUS_CLOCK_START": "2026-03-10T10:00:00+08:00",
    }
    return CliRunner().invoke(main, words, prog_name="gridplus", env=env)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place with the home of a hub that has worked (records of several fates, state of an adapter, an audit), and
    a copy of it with the keys beside; made once, and left as it is."""
    place = tmp_path_factory.mktemp("worked") / "home"
    made = HubInHand(place, store=f"sqlite:///{place}/gridplus.db")
    made.tell(pipe(made, "A1"), pipe(made, "A1"), b"boom", stated("T1", title="测试工单，请勿派"))
    made.tell(stated("A2", requester=person(3), position=pipe(made, "A2", 1).position))
    file = AttachmentRef("http://files.example/13912345678.jpg", "b.jpg")
    made.tell(replace(pipe(made, "A3", 2), attachments=(file,)), mode=Mode.BACKFILL)
    made.settle()
    got = Got(state=AttachmentState.FETCHED, kind="jpeg", size=len(photo()), sealed=_sealed(made, photo()))
    with made.hub.store.write() as conn:
        ((id_,),) = conn.exec_driver_sql("SELECT id FROM attachment").all()
        attachments.settle(conn, id_, got)
    state = made.hub.settings.home / "sources" / "urban_management"
    state.mkdir(parents=True)
    with sqlite3.connect(state / "seen.sqlite") as seen:
        seen.execute("CREATE TABLE seen (n INTEGER)")
        seen.execute("INSERT INTO seen VALUES (7)")
    (state / "cursor.txt").write_text("12")
    made.close()
    beside = place.parent
    done = call(place, "backup", str(beside / "copy"), "--keys", str(beside / "keys.toml"))
    assert 0 == done.exit_code, done.output
    return beside


def _sealed(hub: HubInHand, content: bytes) -> bytes:
    """Under the key of the one record that has a file."""
    with hub.hub.store.read() as conn:
        ((record,),) = conn.exec_driver_sql("SELECT record_id FROM attachment").all()
        return hub.hub.vault.seal(keys.of(conn, [record])[record], FILE_SEALED_AT, content)


@pytest.fixture
def home(worked: Path, tmp_path: Path) -> Path:
    """That home, for one test."""
    return Path(shutil.copytree(worked / "home", tmp_path / "home"))


@pytest.fixture
def copy(worked: Path, tmp_path: Path) -> Path:
    """The copy, for one test; its keys lie at `keys.toml` beside."""
    shutil.copy(worked / "keys.toml", tmp_path / "keys.toml")
    return Path(shutil.copytree(worked / "copy", tmp_path / "copy"))


def restored(copy: Path, name: str = "elsewhere") -> Result:
    """The end of bringing the copy to another home beside it."""
    return call(copy.parent / name, "restore", str(copy), "--keys", str(copy.parent / "keys.toml"))


def test_what_was_copied_stands_elsewhere_and_a_record_opens(copy: Path, home: Path, tmp_path: Path) -> None:
    assert 0 == restored(copy).exit_code
    there, here = tmp_path / "elsewhere", home
    hubs = [HubInHand(one, store=f"sqlite:///{one}/gridplus.db") for one in (there, here)]
    assert hubs[1].account() == hubs[0].account()
    assert {"published": 3, "linked": 1, "held": 2, "dead": 0} == hubs[0].account()["fates"]
    with hubs[0].hub.store.read() as conn:
        (id_, sealed), *_ = conn.exec_driver_sql(
            "SELECT record_id, sealed FROM body ORDER BY record_id"
        ).all()
        opened = Vault(open_keys(there / "keys.toml")).open(keys.of(conn, [id_])[id_], SEALED_AT, sealed)
    assert opened
    with sqlite3.connect(there / "sources/urban_management/seen.sqlite") as seen:
        assert [(7,)] == list(seen.execute("SELECT n FROM seen"))
    assert "12" == (there / "sources/urban_management/cursor.txt").read_text()
    assert {("",)} == set(
        hubs[0].rows("SELECT holder FROM lease")
    )  # nobody waits for those of the other place
    for one in hubs:
        one.close()


def test_a_file_that_a_report_came_with_stands_elsewhere_and_opens(copy: Path, tmp_path: Path) -> None:
    assert 0 == restored(copy).exit_code
    there = tmp_path / "elsewhere"
    hub = HubInHand(there, store=f"sqlite:///{there}/gridplus.db")
    vault = Vault(open_keys(there / "keys.toml"))
    ((record, link, sealed),) = hub.rows("SELECT record_id, sealed_ref, sealed FROM attachment")
    with hub.hub.store.read() as conn:
        key = keys.of(conn, [record])[record]
    hub.close()
    assert "b.jpg" == open_link(vault, key, link).name
    assert photo() == vault.open(key, FILE_SEALED_AT, sealed)


def test_nothing_of_the_keys_lies_in_the_copy_and_all_of_it_is_for_its_owner_alone(
    copy: Path, home: Path
) -> None:
    secrets = [
        line.split('"')[-2] for line in (home / "keys.toml").read_text().splitlines() if len(line) > 60
    ]
    assert 3 == len(secrets)
    for file in (one for one in copy.rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert [] == [s for s in secrets if s.encode() in content or bytes.fromhex(s) in content]
        assert 0 == file.stat().st_mode & 0o077, file
    assert 0o700 == stat.S_IMODE(copy.stat().st_mode)
    assert 0o600 == stat.S_IMODE((copy.parent / "keys.toml").stat().st_mode)


def test_the_manifest_says_what_stands_in_the_copy(copy: Path) -> None:
    told = orjson.loads((copy / "manifest.json").read_bytes())
    assert {
        "store.sqlite",
        "sources/urban_management/seen.sqlite",
        "sources/urban_management/cursor.txt",
    } == (told["files"].keys())
    assert (6, 6) == (told["counts"]["records"], sum(told["counts"]["fates"].values()))
    assert ("embedded", "store.sqlite") == (told["bus"], told["store"])


def _cut(copy: Path) -> None:
    os.truncate(copy / "store.sqlite", 4096)


def _flip(copy: Path) -> None:
    content = bytearray((copy / "store.sqlite").read_bytes())
    content[-100] ^= 1
    (copy / "store.sqlite").write_bytes(content)


def _fewer(copy: Path) -> None:
    """Somebody who could write took records out, and made the digests anew."""
    with sqlite3.connect(copy / "store.sqlite") as store:
        store.execute("DELETE FROM record WHERE fate = 'held'")
    _seal(copy)


def _another_audit(copy: Path) -> None:
    with sqlite3.connect(copy / "store.sqlite") as store:
        store.execute("INSERT INTO audit VALUES ('x/1', 1, 0, '', 'd', '{}')")
    _seal(copy)


def _seal(copy: Path) -> None:
    import hashlib

    told = orjson.loads((copy / "manifest.json").read_bytes())
    told["files"]["store.sqlite"] = hashlib.sha256((copy / "store.sqlite").read_bytes()).hexdigest()
    (copy / "manifest.json").write_bytes(orjson.dumps(told))


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        pytest.param(_cut, "C155", id="cut off"),
        pytest.param(_flip, "C155", id="one bit is another"),
        pytest.param(lambda copy: (copy / "store.sqlite").unlink(), "C155", id="the store is missing"),
        pytest.param(lambda copy: (copy / "more").write_text("x"), "C155", id="a file too many"),
        pytest.param(lambda copy: (copy / "manifest.json").write_text("{"), "C155", id="no manifest"),
        pytest.param(_fewer, "C157", id="records were taken out"),
        pytest.param(_another_audit, "A104", id="the audit was added to"),
    ],
)
def test_a_copy_that_is_not_as_it_was_taken_is_refused(
    copy: Path, harm: Callable[[Path], object], code: str
) -> None:
    harm(copy)
    done = restored(copy)
    assert (1, True) == (done.exit_code, code in done.stderr), done.stderr


def test_the_keys_of_another_store_bring_nothing_back(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "keys.toml").unlink()
    open_keys(tmp_path / "keys.toml")
    done = restored(copy)
    assert (2, True) == (done.exit_code, "A122" in done.stderr)


@pytest.mark.parametrize("taken", ["gridplus.db", "keys.toml", "sources/x"])
def test_it_comes_back_into_an_empty_place_only(copy: Path, tmp_path: Path, taken: str) -> None:
    file = tmp_path / "elsewhere" / taken
    file.parent.mkdir(parents=True)
    file.write_text("something")
    done = restored(copy)
    assert (2, True) == (done.exit_code, "C156" in done.stderr), done.stderr
    assert "something" == file.read_text()
    assert [file.name] == [one.name for one in (tmp_path / "elsewhere").rglob("*") if one.is_file()]


@pytest.mark.parametrize("where", ["copy/keys.toml", "copy/deep/keys.toml", "taken.toml"])
def test_the_keys_never_go_into_the_copy_nor_over_another_file(
    home: Path, tmp_path: Path, where: str
) -> None:
    (tmp_path / "taken.toml").write_text("mine")
    done = call(home, "backup", str(tmp_path / "copy"), "--keys", str(tmp_path / where))
    assert (2, True) == (done.exit_code, "C154" in done.stderr)
    assert not (tmp_path / "copy").exists()
    assert "mine" == (tmp_path / "taken.toml").read_text()


def test_a_copy_that_could_not_be_finished_leaves_nothing_behind(home: Path, tmp_path: Path) -> None:
    (home / "keys.toml").write_text("no keys")
    done = call(home, "backup", str(tmp_path / "copy"), "--keys", str(tmp_path / "k.toml"))
    assert 0 != done.exit_code
    assert {"home"} == {one.name for one in tmp_path.iterdir()}


def test_a_newer_store_is_never_brought_back_by_an_older_version(copy: Path) -> None:
    with sqlite3.connect(copy / "store.sqlite") as store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")
    _seal(copy)
    done = restored(copy)
    assert (2, True) == (done.exit_code, "C118" in done.stderr)


def test_without_the_program_of_that_major_version_the_sentence_says_which(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FixSettings, match="pg_dump 9"):
        postgresql_copy.dump("postgresql://h/x", "moment", Path(os.devnull), 9)


def test_a_password_goes_by_the_environment_and_never_by_the_arguments() -> None:
    where, secret = postgresql_copy._address("postgresql+psycopg://hub:s%40cret@db:5433/grid?sslmode=require")
    assert "postgresql://hub@db:5433/grid?sslmode=require" == where
    assert {"PGPASSWORD": "s@cret"} == secret


def test_a_copy_of_a_copy_is_refused_while_the_first_stands(copy: Path, home: Path) -> None:
    before = shutil.disk_usage(copy), (copy / "manifest.json").read_bytes()
    done = call(home, "backup", str(copy), "--keys", str(copy.parent / "other.toml"))
    assert (2, before[1]) == (done.exit_code, (copy / "manifest.json").read_bytes())
