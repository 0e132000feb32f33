"""A border that nothing comes back over: what the inbox may hold, and what is made of it."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadRecord, TryLater
from hub.plugin import Page
from hub.plugin.transport.ferry import Ferry, charset_of, is_refused, sm3
from hub.plugin.transport.unpack import Limits, NotUnpacked, Unpacked, unpack

Put = Callable[..., None]
ROWS = b'{"a":1}\r\n{"a":2}\n\n{"a":3}'


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    place = tmp_path / "inbox"
    place.mkdir()
    return place


@pytest.fixture
def put(inbox: Path) -> Put:
    """Drops a file with its manifest; `said` changes what the manifest says."""

    def drop(number: int, content: bytes = ROWS, *, ext: str = "jsonl", **said: object) -> None:
        stem = f"JG_{number:06d}"
        (inbox / f"{stem}.{ext}").write_bytes(content)
        manifest = {
            "name": f"{stem}.{ext}",
            "sequence": number,
            "sm3": sm3(content),
            "rows": 3,
            "charset": "GB18030",
        }
        (inbox / f"{stem}.manifest.json").write_text(json.dumps({**manifest, **said}))

    return drop


def drain(ferry: Ferry, cursor: str = "") -> tuple[list[tuple[bytes, str]], str]:
    """Everything that can be read now, and the cursor behind it."""
    read: list[tuple[bytes, str]] = []
    while True:
        page: Page = ferry.page(cursor)
        read += [(body.content, body.kind) for body in page.bodies]
        if page.cursor == cursor:
            return read, cursor
        cursor = page.cursor


def test_sm3_is_the_standards() -> None:
    """GB/T 32905-2016, appendix A.1."""
    digest = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest == sm3(b"abc")


def test_rows_come_as_sent_without_their_line_ends(inbox: Path, put: Put) -> None:
    put(1)
    kind = "row:gb18030"
    read, _ = drain(Ferry(inbox, "JG"))
    assert [(b'{"a":1}', kind), (b'{"a":2}', kind), (b'{"a":3}', kind)] == read


def test_a_byte_that_ends_a_character_never_ends_a_row(inbox: Path, put: Put) -> None:
    """Second bytes of GB18030 include the backslash and the bar, never a line break."""
    row = json.dumps({"a": "乗乕亅亊" * 40}, ensure_ascii=False).encode("gb18030")
    put(1, row, rows=1)
    assert [row] == [content for content, _ in drain(Ferry(inbox, "JG"))[0]]


def test_files_of_others_in_the_inbox_are_left_alone(inbox: Path, put: Put) -> None:
    put(1)
    for name in (
        "readme.txt",
        "XX_000002.manifest.json",
        "JG_2.manifest.json",
        ".JG_000002.manifest.json.part",
    ):
        (inbox / name).write_text("{}")
    assert len(drain(Ferry(inbox, "JG"))[0]) == 3


def test_an_empty_export_is_a_number_too(inbox: Path, put: Put) -> None:
    put(1, b"", rows=0)
    put(2)
    assert len(drain(Ferry(inbox, "JG"))[0]) == 3


def test_a_hub_that_joins_late_starts_at_the_number_it_was_told(inbox: Path, put: Put) -> None:
    put(40)
    put(41)
    assert len(drain(Ferry(inbox, "JG", first=40))[0]) == 6
    with pytest.raises(TryLater, match="S108"):
        Ferry(inbox, "JG", first=39).page("")


@pytest.mark.nasty("N70")
@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"sm3": "0" * 64}, "S109", id="another digest"),
        pytest.param({"sequence": 2}, "S115", id="another number"),
        pytest.param({"name": "../../etc/passwd"}, "S115", id="a path"),
        pytest.param({"name": "JG_000002.jsonl"}, "S115", id="another file's name"),
        pytest.param({"name": "JG_000001.zip"}, "S109", id="a file that is not there"),
    ],
)
def test_what_the_manifest_says_is_checked_and_waited_for(
    said: dict[str, object], code: str, inbox: Path, put: Put
) -> None:
    put(1, **said)
    ferry = Ferry(inbox, "JG")
    with pytest.raises(TryLater, match=code):
        ferry.page("")
    put(1)
    assert len(drain(ferry)[0]) == 3


@pytest.mark.nasty("N70")
@pytest.mark.parametrize(
    "manifest",
    [b"", b'{"name":"JG_0000', b"[]", b'{"name":1}', b"\xff", b"{}" + b" " * 5000],
    ids=["zero bytes", "half", "a list", "lacking", "no text", "too long"],
)
def test_a_manifest_that_is_not_whole_is_no_manifest_yet(manifest: bytes, inbox: Path, put: Put) -> None:
    put(1)
    (inbox / "JG_000001.manifest.json").write_bytes(manifest)
    ferry = Ferry(inbox, "JG")
    assert ferry.page("").bodies == ()
    put(2)
    with pytest.raises(TryLater, match="S108"):
        ferry.page("")


@pytest.mark.parametrize("which", ["JG_000001.jsonl", "JG_000001.manifest.json"])
def test_a_link_is_never_followed(which: str, inbox: Path, put: Put, tmp_path: Path) -> None:
    put(1)
    (tmp_path / which).write_bytes((inbox / which).read_bytes())
    (inbox / which).unlink()
    (inbox / which).symlink_to(tmp_path / which)
    put(2)
    with pytest.raises(TryLater, match=r"S115|S108"):
        Ferry(inbox, "JG").page("")


def test_an_inbox_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    ferry = Ferry(tmp_path / "nowhere", "JG")
    with pytest.raises(TryLater, match="S101"):
        ferry.check()


def test_a_file_that_is_replaced_while_it_is_read_stops_the_reading(inbox: Path, put: Put) -> None:
    put(1)
    ferry = Ferry(inbox, "JG", page_rows=2)
    page = ferry.page("")
    put(1, b'{"b":1}\n{"b":2}\n{"b":3}')
    with pytest.raises(TryLater, match="S111"):
        ferry.page(page.cursor)
    put(1)
    assert [content for content, _ in drain(ferry, page.cursor)[0]] == [b'{"a":3}']


@pytest.mark.nasty("N70")
@pytest.mark.parametrize(
    ("copies", "told"),
    [
        pytest.param([b"{}"], 1, id="one foreign copy"),
        pytest.param([ROWS], 0, id="the same file again"),
        pytest.param([b"{}", b"[]"], 2, id="two foreign copies"),
        pytest.param([b"{}", ROWS, b"{}"], 1, id="a foreign copy that goes and comes back"),
    ],
)
def test_a_foreign_copy_of_a_taken_file_is_told_of_once(
    copies: list[bytes], told: int, inbox: Path, put: Put, tmp_path: Path
) -> None:
    put(1)
    put(2)
    _, cursor = drain(Ferry(inbox, "JG", state=str(tmp_path)))
    read: list[tuple[bytes, str]] = []
    for content in copies:
        put(1, content)
        fresh, cursor = drain(Ferry(inbox, "JG", state=str(tmp_path)), cursor)  # a new process each time
        read += fresh
    assert ["refused:S111"] * told == [kind for _, kind in read]


def test_a_ledger_cut_by_a_crash_is_mended(inbox: Path, put: Put, tmp_path: Path) -> None:
    put(1)
    _, cursor = drain(Ferry(inbox, "JG", state=str(tmp_path)))
    ledger = tmp_path / "taken.txt"
    ledger.write_text(ledger.read_text()[:20])
    assert ([], cursor) == drain(Ferry(inbox, "JG", state=str(tmp_path)), cursor)
    assert ledger.read_text().splitlines()[-1].startswith("1 ")


def test_a_file_beyond_the_limit_is_refused_unread(inbox: Path, put: Put) -> None:
    put(1, b"x" * 5000, sm3="0" * 64)
    put(2)
    read, _ = drain(Ferry(inbox, "JG", limits=Limits(packed_bytes=4096)))
    assert read[0][1] == "refused:S112"
    assert len(read[1:]) == 3


def test_a_refused_files_body_is_its_manifest(inbox: Path, put: Put) -> None:
    put(1, b"no archive", ext="zip")
    ((content, kind),), _ = drain(Ferry(inbox, "JG"))
    assert (inbox / "JG_000001.manifest.json").read_bytes() == content
    assert is_refused(kind)
    with pytest.raises(BadRecord, match="R102"):
        charset_of(kind)


@pytest.mark.parametrize(
    ("declared", "kind"), [("GB18030", "row:gb18030"), ("UTF-8", "row:utf-8"), ("x; rm -rf", "row:")]
)
def test_a_charset_is_believed_only_if_it_is_one(declared: str, kind: str, inbox: Path, put: Put) -> None:
    put(1, charset=declared)
    assert {kind} == {one for _, one in drain(Ferry(inbox, "JG"))[0]}
    assert kind.partition(":")[2] == charset_of(kind)


# --- archives


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


SMALL = Limits(packed_bytes=1 << 20, unpacked_bytes=1 << 16, members=3)


def test_members_come_in_the_archives_order(inbox: Path, put: Put) -> None:
    put(1, zipped(("b.jsonl", b"1\n2"), ("a.jsonl", b"3")), ext="zip")
    assert [content for content, _ in drain(Ferry(inbox, "JG"))[0]] == [b"1", b"2", b"3"]


@pytest.mark.nasty("N70")
@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(zipped(("a", bytes(1 << 17))), "S112", id="a bomb that says so"),
        pytest.param(zipped(*((f"m{at}", b"") for at in range(4))), "S112", id="too many members"),
        pytest.param(zipped(("../a", b"1")), "S115", id="a path upwards"),
        pytest.param(zipped(("/etc/passwd", b"1")), "S115", id="a path from the root"),
        pytest.param(zipped(("C:a", b"1")), "S115", id="a drive"),
        pytest.param(zipped(("a\\..\\b", b"1")), "S115", id="a path as Windows writes it"),
        pytest.param(zipped(("a", b"1" * 999))[:-30], "R102", id="cut at the end"),
        pytest.param(b"", "R102", id="nothing"),
        pytest.param(b"PK\x03\x04", "R102", id="four bytes"),
    ],
)
def test_an_archive_is_unpacked_within_limits_or_not_at_all(content: bytes, code: str) -> None:
    assert NotUnpacked(code) == unpack(content, SMALL)


@pytest.mark.nasty("N70")
def test_a_bomb_that_lies_about_its_size_gains_nothing() -> None:
    true_size = 64 << 20
    bomb = zipped(("a", bytes(true_size)))
    claimed, small = true_size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    lying = bomb.replace(claimed, small)
    assert bomb.count(claimed) == 2
    tracemalloc.start()
    answer = unpack(lying, SMALL)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert NotUnpacked("R102") == answer
    assert peak_bytes < 8 << 20


def test_an_archive_under_a_password_is_not_guessed_at() -> None:
    plain = zipped(("a", b"1"))
    flagged = plain.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    assert flagged != plain
    assert NotUnpacked("R102") == unpack(flagged, SMALL)


@given(at=st.integers(0, 200), byte=st.integers(0, 255))
def test_a_damaged_archive_never_raises_and_never_exceeds_the_limit(at: int, byte: int) -> None:
    whole = bytearray(zipped(("a.jsonl", b"1\n2\n3"), ("b.jsonl", b"4")))
    whole[at % len(whole)] = byte
    answer = unpack(bytes(whole), SMALL)
    if isinstance(answer, Unpacked):
        assert sum(map(len, answer.members)) <= SMALL.unpacked_bytes
    else:
        assert answer.code in {"R102", "S112", "S115"}
