"""The desk's command: what it writes, to whom it is readable, and how it refuses."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from hub.cli import main
from hub.intake.links import following
from hub.model import AttachmentRef
from tests.fileserver import FileServer
from tests.instruments import HubInHand, demo_pack
from tests.photos import CANARY, photo
from tests.unit.run.sources import SOURCE, pipe

DESK = ("--by", "desk_07", "--why", "no_people")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubInHand]:
    """A hub with a photo, a PDF and a link to a host that nobody named."""
    files, pack = FileServer(), demo_pack()
    setup = replace(pack.sources[SOURCE], attachments=following([files.host]))
    made = HubInHand(
        tmp_path / "home",
        store=f"sqlite:///{tmp_path}/home/gridplus.db",
        pack=replace(pack, sources={**pack.sources, SOURCE: setup}),
    )
    urls = (files.put("/a.jpg", photo()), files.put("/b.pdf", b"%PDF-1.7"), "http://elsewhere.example/c.jpg")
    made.tell(replace(pipe(made, "A1"), attachments=tuple(AttachmentRef(url) for url in urls)))
    made.settle()
    assert 3 == made.hub.plain_attachments(SOURCE).step()
    yield made
    made.close()
    files.close()


def call(hub: HubInHand, *words: str) -> Result:
    """`gridplus attachment …` in that hub's home."""
    env = {"GRIDPLUS_HOME": str(hub.hub.settings.home), "GRIDPLUS_LANGUAGE": "en"}
    return CliRunner().invoke(main, ["attachment", *words], prog_name="gridplus", env=env)


def of_kind(hub: HubInHand, kind: str) -> str:
    """The id of the file of that kind."""
    ((id_,),) = hub.rows(f"SELECT id FROM attachment WHERE kind = '{kind}'")  # noqa: S608 a test's own word
    return str(id_)


def test_those_that_wait_for_a_person_are_listed_and_others_by_their_state(hub: HubInHand) -> None:
    waiting = orjson.loads(call(hub, "list", "--json").stdout.splitlines()[-1])["attachments"]
    assert {("jpeg", "fetched", ""), ("pdf", "fetched", "")} == {
        (one["kind"], one["state"], one["code"]) for one in waiting
    }
    assert "F102" in call(hub, "list", "--state", "refused").stdout


def test_a_look_is_written_for_its_owner_alone_and_without_what_the_file_says(
    hub: HubInHand, tmp_path: Path
) -> None:
    into = tmp_path / "look.jpg"
    done = call(hub, "show", of_kind(hub, "jpeg"), "--into", str(into), *DESK)
    assert (0, f"{into}  64×48\n") == (done.exit_code, done.stdout)
    assert 0o600 == stat.S_IMODE(into.stat().st_mode)
    assert CANARY not in into.read_bytes()
    again = call(hub, "show", of_kind(hub, "jpeg"), "--into", str(into), *DESK)
    assert (2, True) == (again.exit_code, "C119" in again.stderr)


def test_the_file_itself_is_written_where_a_person_asks_for_it(hub: HubInHand, tmp_path: Path) -> None:
    into = tmp_path / "letter"
    assert 0 == call(hub, "show", of_kind(hub, "pdf"), "--as-sent", "--into", str(into), *DESK).exit_code
    assert b"%PDF-1.7" == into.read_bytes()


def test_a_release_covers_what_the_person_saw(hub: HubInHand, tmp_path: Path) -> None:
    id_, into = of_kind(hub, "jpeg"), tmp_path / "look.jpg"
    covers = ("--cover", "0,0,32,48", "--cover", "40,8,8,8")
    assert 0 == call(hub, "show", id_, "--into", str(into), *covers, *DESK).exit_code
    done = call(hub, "release", id_, *covers, *DESK)
    assert (0, f"{id_}  64×48  2 covered\n") == (done.exit_code, done.stdout)
    assert [("covered", "desk_07", "no_people")] == [
        tuple(row)
        for row in hub.rows("SELECT disclosure, decided_by, reason FROM attachment WHERE decided_us > 0")
    ]
    shown = Image.open(BytesIO(into.read_bytes())).convert("L")
    assert max(shown.crop((0, 0, 30, 48)).tobytes()) < 10
    assert 0 == call(hub, "refuse", id_, *DESK).exit_code
    assert [("withheld",)] == [
        tuple(row) for row in hub.rows("SELECT disclosure FROM attachment WHERE decided_us > 0")
    ]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("release", "at_0", *DESK), 1, "F136"),
        (("release", "{pdf}", *DESK), 1, "F133"),
        (("release", "{jpeg}", "--cover", "0,0,65,1", *DESK), 1, "F134"),
        (("release", "{jpeg}", "--cover", "all", *DESK), 2, "C117"),
        (("release", "{jpeg}", "--by", "desk", "--why", "no people"), 1, "F135"),
        (("release", "{jpeg}", "--by", "王", "--why", "look"), 1, "F135"),
        (("release", "{jpeg}", "--by", "desk"), 2, "C117"),
    ],
)
def test_a_refusal_says_its_code_and_changes_nothing(
    hub: HubInHand, words: tuple[str, ...], exit_code: int, code: str
) -> None:
    filled = [one.format(pdf=of_kind(hub, "pdf"), jpeg=of_kind(hub, "jpeg")) for one in words]
    done = call(hub, *filled)
    assert (exit_code, True) == (done.exit_code, done.stderr.startswith(code)), done.output
    assert [] == hub.rows("SELECT id FROM attachment WHERE disclosure <> 'undecided'")


def test_what_was_mended_is_asked_for_again(hub: HubInHand) -> None:
    assert "1 asked for again\n" == call(hub, "again", SOURCE).stdout
    assert 1 == hub.rows("SELECT count(*) FROM attachment WHERE state = 'waiting'")[0][0]
