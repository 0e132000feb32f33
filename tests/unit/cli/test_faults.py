"""Whatever is wrong around a command, it ends with one line of code, cause and next step, and the right exit."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from tests.unit.store.blank import blank

MAP = "format: csv\ncode_table: hl-2024\ncolumns: {source_ref: 编号}\n"
ONE_LINE = re.compile(r"(?P<code>[A-Z][0-9]{3}) [^\n]+ → [^\n]+\n")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a file to import and its map; the hub's home lies in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("编号\nA1\n", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAP, encoding="utf-8")
    (tmp_path / "text.txt").write_text("no database\n" * 100, encoding="utf-8")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    return tmp_path


def call(*words: str, language: str = "en") -> Result:
    """The command's end."""
    return CliRunner().invoke(main, words, prog_name="gridplus", env={"GRIDPLUS_LANGUAGE": language})


def ended(done: Result) -> tuple[int, str]:
    """(exit, code of the one line on stderr); fails where there is more, or a trace."""
    told = ONE_LINE.fullmatch(done.stderr)
    assert told, (done.stderr, done.exception)
    assert "Traceback" not in done.output
    return done.exit_code, told["code"]


STORED = {
    "explain": ("explain", "in_0"),
    "doctor": ("doctor",),
    "replay": ("replay", "--code", "R401"),
    "replay a webhook": ("replay", "--webhook", "zilai"),
    "keys issue": ("keys", "issue", "zilai"),
    "keys rotate": ("keys", "rotate"),
    "import": ("import", "rows.csv", "--map", "map.yaml"),
    "run": ("run", "relay"),
    "backup": ("backup", "copy", "--keys", "copy.toml"),
}


def newer(place: Path) -> str:
    """A store that a version of tomorrow has migrated."""
    import sqlite3

    blank(place / "newer.db")
    with sqlite3.connect(place / "newer.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    return f"sqlite:///{place}/newer.db"


FAULTS: dict[str, tuple[Callable[[Path], str], int, str]] = {
    "no URL": (lambda _: "nonsense", 2, "C101"),
    "a port that is no number": (lambda _: "postgresql://h:port/x", 2, "C101"),
    "a database that we do not speak": (lambda _: "mysql://h/x", 2, "C101"),
    "a server that is not there": (lambda _: "postgresql://nobody@127.0.0.1:1/x", 1, "C104"),
    "a file that is no database": (lambda place: f"sqlite:///{place}/text.txt", 1, "C104"),
    "a path through a file": (lambda place: f"sqlite:///{place}/text.txt/x.db", 2, "C119"),
    "a newer store": (newer, 2, "C118"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", STORED)
def test_a_store_that_cannot_be_used(place: Path, command: str, fault: str) -> None:
    url, code, said = FAULTS[fault]
    assert (code, said) == ended(call(*STORED[command], "--store", url(place)))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("PACK", "nowhere", "K102"),
        ("PACK", "text.txt", "K102"),
        ("PORT", "x", "C101"),
        ("BATCH", "0", "C101"),
        ("SOURCES", "{", "C101"),
        ("CLOCK_START", "noon", "C101"),
        ("HOME", "text.txt/home", "C119"),
        ("KEYS", "text.txt", "A109"),
    ],
)
def test_a_setting_that_is_wrong(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, code: str
) -> None:
    monkeypatch.setenv(f"GRIDPLUS_{name}", value)
    assert (2, code) == ended(call("import", "rows.csv", "--map", "map.yaml"))


def test_a_settings_file_that_is_no_toml(place: Path) -> None:
    (place / "gridplus.toml").write_text("home =", encoding="utf-8")
    assert (2, "C101") == ended(call("doctor"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--nonsense", "C117"),
        ("nonsense", "C117"),
        ("pack nonsense", "C117"),
        ("explain", "C117"),
        ("explain a b", "C117"),
        ("explain in_0 --store", "C117"),
        ("run nonsense", "C117"),
        ("run", "C101"),
        ("run relay --port x", "C117"),
        ("run relay --port 99999", "C101"),
        ("run relay --bus nonsense", "C101"),
        ("run relay --bus kafka://", "C101"),
        ("run relay --bus kafka://h", "C101"),
        ("run relay --bus kafka://h:port", "C101"),
        ("run relay --bus kafka://h:9092,", "C101"),
        ("run intake --source nobody", "C101"),
        ("bench --events x", "C117"),
        ("bench --events 0", "C117"),
        ("bench --store oracle", "C117"),
        ("demo --port 99999", "C117"),
        ("replay", "C101"),
        ("replay rc_1 --webhook zilai", "C101"),
        ("backup copy", "C117"),
        ("restore nowhere --keys k.toml", "C117"),
        ("keys issue nobody", "C106"),
        ("keys issue 13800000000/x --staff", "C101"),
        ("measure nonsense", "C117"),
        ("docs", "C114"),
        ("pack check nowhere", "C117"),
        ("pack check .", "K102"),
        ("pack coverage .", "K102"),
        ("contract check .", "K102"),
        ("contract diff rows.csv nowhere", "C117"),
        ("contract diff bytes.yaml bytes.yaml", "C119"),
        ("import nowhere --map map.yaml", "C117"),
        ("import rows.csv", "C117"),
        ("import rows.csv --map nowhere", "C117"),
        ("import rows.csv --map text.txt", "C101"),
        ("import rows.csv --map bytes.yaml", "C119"),
        ("import rows.csv --map rows.csv", "C101"),
    ],
)
def test_a_command_that_is_called_wrongly(place: Path, words: str, code: str) -> None:
    assert (2, code) == ended(call(*words.split()))


def test_a_map_that_is_no_map_names_what_is_wrong(place: Path) -> None:
    (place / "map.yaml").write_text(MAP + "colour: red\n", encoding="utf-8")
    done = call("import", "rows.csv", "--map", "map.yaml")
    assert (2, "C101") == ended(done)
    assert "colour" in done.stderr


def test_the_line_is_in_the_language_asked_for(place: Path) -> None:
    assert not call("explain", "x", "--store", "nonsense", language="zh").stderr.isascii()
    assert call("explain", "x", "--store", "nonsense").stderr.replace("→", "").replace("…", "").isascii()


def test_a_group_without_a_command_shows_its_help(place: Path) -> None:
    for words in ((), ("pack",), ("keys",)):
        assert "Usage: gridplus" in call(*words).output


def test_a_key_for_staff_is_printed_once_and_alone(place: Path) -> None:
    done = call("keys", "issue", "duty.officer", "--staff")
    assert 0 == done.exit_code
    assert re.fullmatch(r"[0-9a-f]{64}\n", done.stdout)


@pytest.mark.parametrize(
    "words", ["doctor", "pack check", "pack coverage", "contract check", "plugin list", "review list"]
)
def test_figures_are_the_last_line_of_stdout(place: Path, words: str) -> None:
    import json

    blank(place / "hub.db")
    store = ["--store", f"sqlite:///{place}/hub.db"] if words in ("doctor", "review list") else []
    done = call(*words.split(), "--json", *store)
    assert done.exit_code in (0, 1)
    assert isinstance(json.loads(done.stdout.splitlines()[-1]), dict)
