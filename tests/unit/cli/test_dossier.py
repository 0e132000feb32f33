"""`gridplus dossier`, `gridplus verify`, `gridplus keys public`: exit codes, files, words."""

import json
import shutil
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.run.dossier import printing
from hub.run.dossier.registering import LEASE
from hub.store import leases
from tests.instruments import MORNING, HubInHand
from tests.unit.run import matters
from tests.unit.run.sources import pipe


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a hub in which one matter called its departments."""
    made = HubInHand(tmp_path)
    made.tell(pipe(made, "A1"))
    made.settle()
    made.close()
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HOME": str(tmp_path),
        "STORE": f"sqlite:///{tmp_path}/hub.db",
        "ANCHORS": str(tmp_path / "anchors"),
        "CLOCK_START": MORNING.isoformat(),
        "CHROMIUM": "",
        "LANGUAGE": "en",
    }.items():
        monkeypatch.setenv(f"GRIDPLUS_{name}", value)
    return tmp_path


def call(*words: str) -> Result:
    """One command."""
    return CliRunner().invoke(main, list(words))


def whistle(place: Path, department: str = "zilai") -> str:
    """The department's whistle."""
    made = HubInHand(place)
    rows = made.rows("SELECT id, department FROM whistle")
    made.close()
    return str(next(r[0] for r in rows if r[1] == department))


def key() -> str:
    """What `keys public` prints."""
    return call("keys", "public").stdout.split()[0]


def figures(done: Result) -> dict[str, Any]:
    """The last line of stdout."""
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_dossier_goes_out_and_is_verified_without_the_hub(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = place / "out.zip"
    done = call("dossier", whistle(place), "--out", str(out), "--json")
    assert (0, "") == (done.exit_code, done.stderr)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    public = key()
    away = place / "away"
    away.mkdir()
    (away / "key.txt").write_text(public)
    shutil.move(out, away / "out.zip")
    monkeypatch.chdir(away)
    monkeypatch.setenv("GRIDPLUS_STORE", "postgresql://nowhere.invalid/none")
    monkeypatch.setenv("GRIDPLUS_KEYS", str(away / "none"))
    for given in (public, "key.txt"):
        said = call("verify", "out.zip", "--key", given, "--anchors", str(place / "anchors"), "--json")
        assert (0, True, []) == (said.exit_code, figures(said)["whole"], figures(said)["findings"])
        assert figures(said)["entries"] == figures(said)["anchored"] == figures(done)["entries"]


def test_what_was_tampered_with_is_said_by_code_cause_and_next_step(place: Path) -> None:
    out = place / "out.zip"
    call("dossier", whistle(place), "--out", str(out), "--as", "zilai")
    public = key()
    out.write_bytes(out.read_bytes().replace(b"opened", b"closed", 1))
    said = call("verify", str(out), "--key", public)
    assert 1 == said.exit_code
    assert "V111" in said.stdout
    assert "→" in said.stdout
    said = call("verify", str(out), "--key", "0" * 64, "--json")
    found: list[dict[str, str]] = figures(said)["findings"]
    assert [{"code", "cause", "next_step", "pointer"}] == [set(one) for one in found]


def test_a_genuine_export_verifies_when_the_next_anchors_are_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export is a look, which is filed and anchored."""
    id_ = whistle(place)
    call("dossier", id_, "--out", "first.zip")
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", (MORNING + timedelta(minutes=6)).isoformat())
    entries = figures(call("dossier", id_, "--out", "second.zip", "--json"))["entries"]
    asked = ("--key", key(), "--anchors", str(place / "anchors"))
    said = call("verify", "first.zip", *asked, "--json")
    assert (0, True, [], entries) == (
        said.exit_code,
        *(figures(said)[name] for name in ("whole", "findings", "grown")),
    )
    assert ["V124"] == [one["code"] for one in figures(said)["notes"]]
    said = call("verify", "second.zip", *asked)
    assert (0, "kept 4  naming 2  grown 0") == (said.exit_code, said.stdout[-27:].strip())


def test_what_is_not_in_it_yet_while_another_files_is_said(place: Path) -> None:
    id_ = whistle(place)
    done = call("dossier", id_, "--out", "first.zip", "--json")
    assert (0, "", 0) == (done.exit_code, done.stderr, figures(done)["unfiled"])
    made = HubInHand(place)
    matters.report(made, "zilai", "sign", "contact")
    assert leases.take(made.hub.store, LEASE, "another", MORNING, timedelta(minutes=5))
    made.close()
    done = call("dossier", id_, "--out", "second.zip", "--json")
    assert (0, "V125") == (done.exit_code, done.stderr.split()[0])
    assert 2 <= figures(done)["unfiled"]
    with zipfile.ZipFile("second.zip") as file:
        assert figures(done)["unfiled"] == json.loads(file.read("dossier.json"))["unfiled"]
    assert 0 == call("verify", "second.zip", "--key", key()).exit_code


@pytest.mark.parametrize(
    ("given", "ended"),
    [
        ("nowhere", (2, "C119")),
        ("empty", (1, "V121")),
        ("settings.toml", (1, "V121")),
        ("cut", (1, "V122")),
        ("others", (0, "V123")),
        ("anchors", (0, "")),
    ],
)
def test_anchors_that_were_not_read_are_never_taken_for_anchors_that_were_met(
    place: Path, given: str, ended: tuple[int, str]
) -> None:
    call("dossier", whistle(place), "--out", "out.zip")
    (place / "empty").mkdir()
    (place / "settings.toml").write_text("language = 'en'\n")
    (lines,) = (one.read_bytes() for one in (place / "anchors").glob("*.jsonl"))
    (place / "cut").write_bytes(lines + lines[:40])
    made = HubInHand(place)
    (place / "others").write_bytes(made.hub.signer().anchor(None, MORNING.isoformat(), []).line)
    made.close()
    said = call("verify", "out.zip", "--key", key(), "--anchors", str(place / given))
    words = (said.stdout + said.stderr).split()[0]
    assert ended == (said.exit_code, words if words[1:].isdigit() else "")


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        (["verify", "none.zip", "--key", "0" * 64], (2, "C119")),
        (["verify", "none.zip", "--key", "zz"], (2, "C101")),
        (["verify", "none.zip"], (2, "C117")),
        (["dossier", "wh_none", "--out", "new.zip"], (1, "W103")),
        (["dossier", "wh_none", "--out", "new.zip", "--as", "nobody"], (1, "V104")),
        (["dossier", "wh_none", "--out", "."], (2, "C119")),
        (["dossier", "wh_none", "--out", "new.zip", "--purpose", "看看"], (2, "C101")),
        (["dossier", "wh_none", "--out", "new.zip", "--by", "某 人"], (2, "C101")),
    ],
)
def test_used_wrongly_or_refused_it_ends_by_its_code(
    place: Path, words: list[str], ended: tuple[int, str]
) -> None:
    done = call(*words)
    assert ended == (done.exit_code, done.stderr.split()[0])
    assert not (place / "new.zip").exists()


def test_another_departments_whistle_is_not_exported(place: Path) -> None:
    done = call("dossier", whistle(place), "--out", "new.zip", "--as", "shizheng")
    assert (1, "W103") == (done.exit_code, done.stderr.split()[0])


def test_after_a_rotation_the_old_key_verifies_what_it_signed_and_nothing_new(place: Path) -> None:
    id_ = whistle(place)
    call("dossier", id_, "--out", "before.zip")
    before = key()
    assert 0 == call("keys", "rotate", "--audit").exit_code
    both = call("keys", "public").stdout.split()
    assert before == both[1] != both[0]
    call("dossier", id_, "--out", "after.zip")
    assert 0 == call("verify", "before.zip", "--key", before).exit_code
    assert 1 == call("verify", "before.zip", "--key", both[0]).exit_code
    assert 1 == call("verify", "after.zip", "--key", before).exit_code
    assert 0 == call("verify", "after.zip", "--key", both[0], "--key", before).exit_code


def test_without_anchors_the_doctor_says_what_is_never_found(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def codes() -> list[str]:
        return [one["code"] for one in figures(call("doctor", "--json"))["findings"]]

    call("dossier", whistle(place), "--out", "out.zip")
    assert "D160" not in codes()
    monkeypatch.delenv("GRIDPLUS_ANCHORS")
    assert "D160" in codes()


def test_without_chromium_there_is_no_pdf_and_nothing_fails(tmp_path: Path) -> None:
    assert None is printing.printed(b"<!doctype html>", "")
    assert None is printing.printed(b"<!doctype html>", "no-such-program-anywhere")
    assert None is printing.printed(b"<!doctype html>", "true")  # ends well, prints nothing


@pytest.mark.slow
def test_with_chromium_the_page_is_printed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("chromium") is None:
        pytest.skip("no Chromium on this machine: dossiers go out without a PDF")
    monkeypatch.setenv("GRIDPLUS_CHROMIUM", "chromium")
    assert 0 == call("dossier", whistle(place), "--out", "out.zip").exit_code
    with zipfile.ZipFile("out.zip") as file:
        assert file.read("dossier.pdf").startswith(b"%PDF-")
    assert 0 == call("verify", "out.zip", "--key", key()).exit_code
