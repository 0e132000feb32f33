"""An exported dossier against whoever changes it: every byte, every line, and the chain made anew without the key."""

import copy
import io
import json
import warnings
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import HubError
from hub.jsonform import plain
from hub.run.dossier import dossierfile
from hub.run.dossier.verifying import Proof, prove, prove_chain
from hub.whistle.anchors import Anchor, Head, Signer, mark_of
from hub.whistle.dossier import ENTRY, FORMAT, Algorithm, Chain, Entry, digests_of, inner_of, salt_of

WHISTLE = "wh_" + "0" * 32
OURS, THEIRS = Signer(b"o" * 32), Signer(b"t" * 32)
KEYS = [OURS.public]
SEED = b"s" * 16
MOVES = ("sign", "contact", "arrive", "handle", "result")


AT = "2026-03-10T01:05:00.000000+00:00"
EXPORTED = "2026-03-10T02:00:00+00:00"
LATER = "2026-03-10T10:00:00.000000+08:00"
"""The very moment of the export."""


def fields(move: str) -> dict[str, Any]:
    """What an entry says."""
    return {ENTRY: ["move", AT], "dossier.moves/move": move, "dossier.moves/by": "shuiwu"}


def digests(move: str) -> dict[str, str]:
    """The digests of what it says."""
    return digests_of(Algorithm.SHA256, SEED, fields(move))


def chained(moves: Sequence[str] = MOVES, behind: Chain | None = None) -> list[Entry]:
    """A dossier of these moves."""
    entries: list[Entry] = []
    start = behind or Chain(WHISTLE)
    for move in moves:
        entries.append(start.append(inner_of(Algorithm.SHA256, digests(move).values()), Algorithm.SHA256))
        start = start.after(entries[-1])
    return entries


def anchored(entries: Sequence[Entry], *at: int, by: Signer = OURS, when: str = AT) -> list[Anchor]:
    """An anchor for each of these entries, one behind the other, among heads of others."""
    lines: list[Anchor] = []
    for seq in at:
        heads = [Head(mark_of("wh_other"), 3, "d"), Head(mark_of(WHISTLE), seq, entries[seq - 1].digest)]
        lines.append(by.anchor(lines[-1] if lines else None, when, heads))
    return lines


def told(entries: Sequence[Entry], shown: Sequence[str] = ("dossier.moves/by",)) -> dict[str, Any]:
    """The data of an export of `MOVES` in which these fields are shown; without any all entries are closed."""
    return {
        "format": FORMAT,
        "whistle": WHISTLE,
        "exported_at": EXPORTED,
        "entries": [
            {
                **{n: v for n, v in plain(one).items() if n != "whistle_id" and (n != "inner" or not shown)},
                **(opened(move, shown) if shown else {}),
            }
            for one, move in zip(entries, MOVES, strict=False)
        ],
    }


def opened(move: str, shown: Sequence[str]) -> dict[str, Any]:
    """The part of an entry of which something is shown."""
    proofs = {n: {"salt": salt_of(SEED, n).hex(), "value": fields(move)[n]} for n in shown}
    return {"fields": sorted(digests(move).values()), "shown": proofs, "masked": {}}


def packed(data: Mapping[str, Any], anchors: Sequence[Anchor], by: Signer = OURS) -> bytes:
    """The file."""
    members = {
        dossierfile.DATA: orjson.dumps(data),
        dossierfile.PAGE: b"<!doctype html>",
        dossierfile.ANCHORS: b"".join(one.line + b"\n" for one in anchors),
    }
    return dossierfile.pack(members, by)


ENTRIES = chained()
LINES = anchored(ENTRIES, 2, 4)
FILE = packed(told(ENTRIES), LINES)


def codes(proof: Proof) -> list[str]:
    """What was found."""
    return [one.code for one in proof.findings]


def test_what_the_hub_wrote_is_whole_up_to_its_last_anchor() -> None:
    proof = prove(FILE, KEYS)
    assert Proof(whistle=WHISTLE, entries=5, anchored=4, shown=5, masked=0, withheld=10, closed=0) == proof


def test_with_other_fields_shown_the_same_head_comes_out() -> None:
    for shown in ((), ("dossier.moves/by",)):
        assert () == prove(packed(told(ENTRIES, shown), LINES), KEYS).findings
    assert (
        len({orjson.dumps(told(ENTRIES, s)["entries"][-1]["digest"]) for s in ((), ("dossier.moves/by",))})
        == 1
    )


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_every_byte_that_is_changed_is_found(at: int, by: int) -> None:
    changed = bytearray(FILE)
    changed[at] ^= by
    assert codes(prove(bytes(changed), KEYS))


@given(st.integers(0, len(FILE) - 1), st.integers(1, 64))
def test_every_byte_that_is_dropped_put_in_or_doubled_is_found(at: int, many: int) -> None:
    for changed in (
        FILE[:at] + FILE[at + many :],
        FILE[:at] + b"x" * many + FILE[at:],
        FILE[: at + many] + FILE[at:],
    ):
        assert changed == FILE or codes(prove(changed, KEYS))


def test_bytes_behind_before_or_beside_the_members_are_found() -> None:
    for changed in (FILE + b"\0", b"\0" + FILE, FILE + FILE, b"", b"PK"):
        assert ["V111"] == codes(prove(changed, KEYS))


def test_a_key_inside_the_file_or_of_another_hub_is_never_believed() -> None:
    forged = packed(told(ENTRIES), anchored(ENTRIES, 2, 4, by=THEIRS), by=THEIRS)
    assert ["V112", "V116", "V116"] == codes(prove(forged, KEYS))
    assert ["V112"] == codes(prove(packed(told(ENTRIES), LINES, by=THEIRS), KEYS))
    assert [] == codes(prove(forged, [OURS.public, THEIRS.public]))


@pytest.mark.parametrize("name", [dossierfile.DATA, dossierfile.PAGE, dossierfile.ANCHORS])
def test_a_member_that_was_exchanged_under_the_old_signature_is_named(name: str) -> None:
    """In a ZIP that is made as ours are."""
    other = dict(dossierfile.unpack(packed(told(ENTRIES, ()), LINES[:1], THEIRS)))
    mine = dict(dossierfile.unpack(FILE))
    forged = dossierfile._zipped({**mine, name: other[name] + b" "})
    found = [one for one in prove(forged, KEYS).findings if one.code == "V113"]
    assert [{"name": name}] == [dict(one.facts) for one in found]


def test_a_pdf_that_was_put_beside_the_page_is_named() -> None:
    forged = dossierfile._zipped({**dossierfile.unpack(FILE), dossierfile.PRINT: b"%PDF"})
    assert ["V113"] == codes(prove(forged, KEYS))


CUT: Mapping[str, Callable[[list[Entry]], list[Entry]]] = {
    "the last lines": lambda e: e[:3],
    "the first line": lambda e: e[1:],
    "a line in between": lambda e: [*e[:2], *e[3:]],
    "two lines, swapped": lambda e: [e[0], e[2], e[1], *e[3:]],
    "a line, doubled": lambda e: [*e[:2], *e[1:]],
    "all": lambda _: [],
}


@pytest.mark.parametrize("what", CUT)
def test_lines_that_are_dropped_swapped_or_doubled_do_not_meet_the_anchor(what: str) -> None:
    assert codes(prove_chain(CUT[what](ENTRIES), WHISTLE, [one.line for one in LINES], KEYS))


@given(st.permutations(MOVES).filter(lambda m: list(m[:4]) != list(MOVES[:4])))
def test_a_chain_that_was_made_anew_without_the_key_does_not_meet_the_anchor(moves: list[str]) -> None:
    """It fits together: only what was signed before tells."""
    forged = chained(moves)
    assert [] == codes(prove_chain(forged, WHISTLE, [], KEYS))
    found = prove_chain(forged, WHISTLE, [one.line for one in LINES], KEYS)
    assert {"V117"} == set(codes(found))
    resigned = anchored(forged, 2, 4, by=THEIRS)
    assert ["V116", "V116"] == codes(prove_chain(forged, WHISTLE, [one.line for one in resigned], KEYS))


@given(st.lists(st.sampled_from(MOVES), max_size=3))
def test_what_is_cut_or_written_anew_behind_the_last_anchor_is_not_found(moves: list[str]) -> None:
    """docs/security.md says so."""
    kept = ENTRIES[:4]
    forged = [*kept, *chained(moves, Chain(WHISTLE, 4, kept[-1].digest))]
    assert [] == codes(prove_chain(forged, WHISTLE, [one.line for one in LINES], KEYS))


def test_who_kept_the_anchors_finds_an_end_that_was_cut_off_before_a_later_one() -> None:
    old = packed(told(ENTRIES[:2]), LINES[:1])
    assert [] == codes(prove(old, KEYS))
    kept = [one.line for one in LINES]
    assert ["V118"] == codes(prove(old, KEYS, kept))
    assert [] == codes(prove(FILE, KEYS, kept))
    assert ["V119"] == codes(prove(FILE, KEYS, kept[1:]))
    forged = [replace(LINES[0], at="2026-03-11").line, kept[1]]
    assert {"V119", "V116"} == set(codes(prove(FILE, KEYS, forged)))


def test_anchors_that_differ_about_an_entry_are_a_finding_whichever_of_them_the_file_meets() -> None:
    """As where a registrar was made to sign what was written anew."""
    forged = chained(("sign", "return", *MOVES[2:]))
    lines = [*LINES, OURS.anchor(LINES[-1], "2026-03-11", [Head(mark_of(WHISTLE), 4, forged[3].digest)])]
    kept = [one.line for one in lines]
    assert [("V120", 4)] == [(f.code, f.facts["number"]) for f in prove(FILE, KEYS, kept).findings]
    laundered = prove_chain(forged, WHISTLE, kept, KEYS)
    assert [("V117", 2), ("V120", 4)] == [(f.code, f.facts["number"]) for f in laundered.findings]


def test_of_an_entry_of_which_nothing_is_shown_one_digest_is_enough() -> None:
    """And whoever puts another in its place does not meet the anchor, even with a chain made anew."""
    data = told(ENTRIES)
    closed = told(ENTRIES, ())["entries"][1]
    assert {"seq", "algorithm", "previous", "inner", "digest"} == set(closed)
    data["entries"][1] = closed
    proof = prove(packed(data, LINES), KEYS)
    assert Proof(whistle=WHISTLE, entries=5, anchored=4, shown=4, withheld=8, closed=1) == proof
    data["entries"][1] = {**closed, "inner": inner_of(Algorithm.SHA256, digests("return").values())}
    assert [("V114", "changed")] == [
        (f.code, f.facts["fault"]) for f in prove(packed(data, LINES), KEYS).findings
    ]


def test_a_digest_among_an_entrys_fields_that_was_changed_dropped_or_added_is_found() -> None:
    for change in (
        lambda fields: [*fields[1:], "0" * 64],
        lambda fields: fields[1:],
        lambda fields: [*fields, fields[0]],
    ):
        data = told(ENTRIES)
        data["entries"][2]["fields"] = change(data["entries"][2]["fields"])
        data["entries"][2]["shown"] = {}
        proof = prove(packed(data, LINES), KEYS)
        assert [("V114", 3)] == [(f.code, f.facts["number"]) for f in proof.findings]


def test_a_masked_value_stands_for_digests_of_its_own_entry() -> None:
    data = told(ENTRIES)
    said = {"mask": "text_scan", "value": "…", "digests": [digests(MOVES[1])["dossier.moves/move"]]}
    data["entries"][1]["masked"]["dossier.moves"] = said
    proof = prove(packed(data, LINES), KEYS)
    assert ((), 1, 9) == (proof.findings, proof.masked, proof.withheld)
    said["digests"] = [digests(MOVES[2])["dossier.moves/move"]]
    assert [("V115", 2)] == [(f.code, f.facts["number"]) for f in prove(packed(data, LINES), KEYS).findings]


def test_a_form_of_another_version_is_named_as_one() -> None:
    (found,) = prove(packed({**told(ENTRIES), "format": 1}, LINES), KEYS).findings
    assert ("V111", "version") == (found.code, found.facts["why"])


def test_what_was_anchored_once_it_was_out_is_what_the_dossier_has_grown_by() -> None:
    old = packed(told(ENTRIES[:2]), LINES[:1])
    for when, found, notes in (
        (LATER, [], [("V124", 4)]),
        ("2026-03-10T01:59:59.999999+00:00", [("V118", 4)], []),
        ("2026-03-10", [("V118", 4)], []),
        ("some day", [("V118", 4)], []),
    ):
        proof = prove(old, KEYS, [one.line for one in anchored(ENTRIES, 2, 4, when=when)])
        assert (2, 2, 4) == (proof.kept, proof.naming, proof.grown)
        assert (found, notes) == tuple(
            [(f.code, f.facts["number"]) for f in many] for many in (proof.findings, proof.notes)
        )
    later = OURS.anchor(LINES[1], LATER, [Head(mark_of(WHISTLE), 5, "d")])
    proof = prove(old, KEYS, [*(one.line for one in LINES), later.line])
    assert [("V118", 4), ("V124", 5)] == [
        (f.code, f.facts["number"]) for f in (*proof.findings, *proof.notes)
    ]


def test_a_file_that_was_changed_is_found_by_anchors_from_whenever() -> None:
    forged = packed(told(chained(("sign", "return", *MOVES[2:]))), [])
    kept = [one.line for one in anchored(ENTRIES, 2, 4, when=LATER)]
    assert ["V117", "V117"] == [code for code in codes(prove(forged, KEYS, kept)) if code == "V117"]


NONE: Mapping[str, Sequence[bytes]] = {
    "nothing": [],
    "blank lines": [b"", b" "],
    "some other file": [b"[anchors]", b'place = "/audit"', b"{}"],
}


@pytest.mark.parametrize("what", NONE)
def test_where_no_anchor_was_read_none_was_asked(what: str) -> None:
    assert ["V121"] == codes(prove(FILE, KEYS, NONE[what]))
    assert [] == codes(prove(FILE, KEYS))


def test_anchors_of_which_none_names_the_whistle_are_said_to_prove_nothing() -> None:
    other = OURS.anchor(None, AT, [Head(mark_of("wh_other"), 3, "d")])
    proof = prove(FILE, KEYS, [other.line])
    assert ((), 1, 0) == (proof.findings, proof.kept, proof.naming)
    assert [("V123", 1)] == [(f.code, f.facts["number"]) for f in proof.notes]


def test_a_line_that_was_broken_off_when_a_disk_was_full_is_no_forgery() -> None:
    kept = [LINES[0].line, LINES[1].line[:40], b"", LINES[1].line, b""]
    assert [] == codes(prove(FILE, KEYS, kept))


def test_a_last_line_that_was_broken_off_may_have_said_anything() -> None:
    kept = [LINES[0].line, b"", LINES[1].line[:-1]]
    assert [("V122", 3)] == [(f.code, f.facts["number"]) for f in prove(FILE, KEYS, kept).findings]


def test_a_line_that_somebody_changed_leaves_a_gap() -> None:
    kept = [LINES[0].line.replace(b'"at":"2026', b'"at": "2026'), LINES[1].line]
    assert [("V119", 2)] == [(f.code, f.facts["number"]) for f in prove(FILE, KEYS, kept).findings]


def test_a_value_that_is_not_the_fields_is_found_where_it_stands() -> None:
    data = told(ENTRIES)
    data["entries"][1]["shown"]["dossier.moves/by"]["value"] = "zilai"
    data["entries"][2]["shown"]["dossier.moves/by"]["salt"] = "x"
    data["entries"][3]["shown"]["whistle.clause"] = {"salt": "", "value": ""}
    proof = prove(packed(data, LINES), KEYS)
    assert [("V115", 2), ("V115", 3), ("V115", 4)] == [(f.code, f.facts["number"]) for f in proof.findings]


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"whistle":"w","entries":[1]}', b'{"whistle":"w","entries":[{}]}', b"\xff"],
)
def test_data_that_is_no_dossier_is_refused_and_nothing_of_it_is_quoted(data: bytes) -> None:
    members = {dossierfile.DATA: data, dossierfile.PAGE: b"", dossierfile.ANCHORS: b""}
    assert ["V111"] == codes(prove(dossierfile.pack(members, OURS), KEYS))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["9" * 23, "0" * 64, "sha256", "sm3", WHISTLE, AT]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(data: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where anything stands in `data`: the way to each value, that to the whole first."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for name, value in inner for place in places(value, (*path, name)))]


def put(data: Any, path: tuple[Any, ...], value: object) -> Any:
    """`data` with another value in one place."""
    if not path:
        return value
    into = copy.deepcopy(data)
    at = into
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = value
    return into


WHOLE = told(ENTRIES)
WHOLE["entries"][1]["masked"]["dossier.moves"] = {"mask": "m", "value": "…", "digests": ["0" * 64]}
MEMBERS: Mapping[str, Any] = {
    dossierfile.DATA: WHOLE,
    dossierfile.ANCHORS: orjson.loads(LINES[0].line),
    dossierfile._MANIFEST: orjson.loads(dossierfile.unpack(FILE)[dossierfile._MANIFEST]),
}


@given(st.data())
def test_whatever_json_stands_wherever_in_a_member_it_is_a_finding_and_never_a_crash(
    data: st.DataObject,
) -> None:
    name = data.draw(st.sampled_from(sorted(MEMBERS)))
    path, value = data.draw(st.sampled_from(places(MEMBERS[name]))), data.draw(JSON)
    said = dumped(put(MEMBERS[name], path, value))
    forged = dossierfile._zipped({**dossierfile.unpack(FILE), name: said})
    assert said == dossierfile.unpack(FILE)[name] or codes(prove(forged, KEYS, said.splitlines()))
    signed = dossierfile.pack({**dossierfile.unpack(packed(WHOLE, LINES)), name: said}, OURS)
    prove(signed, KEYS, said.splitlines())


def dumped(value: object) -> bytes:
    """JSON of any numbers; orjson has none beyond 64 bits."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("entries", 1, "masked", "dossier.moves", "digests"), [["a"]]),
        (("entries", 1, "masked", "dossier.moves"), []),
        (("entries", 1, "seq"), 2**64),
        (("entries", 1, "seq"), "9" * 23),
        (("entries", 1, "seq"), True),
        (("entries", 1, "fields"), "abc"),
        (("entries", 1, "fields"), [["a"]]),
        (("entries", 1, "shown"), []),
        (("entries",), {}),
        (("whistle",), 1),
        (("exported_at",), "2026-03-10T02:00:00"),
        (("exported_at",), None),
    ],
)
def test_data_with_a_value_of_another_kind_is_no_dossier(path: tuple[Any, ...], value: object) -> None:
    members = {**dossierfile.unpack(FILE), dossierfile.DATA: dumped(put(WHOLE, path, value))}
    assert ["V111"] == codes(prove(dossierfile.pack(members, OURS), KEYS))


def zipped(names: Sequence[str], content: bytes = b"", compression: int = 0) -> bytes:
    """A ZIP with these members, as anybody can make one."""
    into = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(into, "w", compression) as file:
        warnings.simplefilter("ignore")  # zipfile's, of two members of one name
        for name in names:
            file.writestr(name, content)
    return into.getvalue()


ALL = ("dossier.json", "dossier.html", "anchors.jsonl", "manifest.json", "signature.txt")
TRICKS = {
    "a bomb": (zipped(ALL, b"\0" * 5_000_000, 8), "compression"),
    "two of a name": (zipped((*ALL, "dossier.json")), "members"),
    "a path": (zipped((*ALL, "../dossier.pdf")), "members"),
    "an absolute path": (zipped((*ALL, "/etc/passwd")), "members"),
    "a member too many": (zipped((*ALL, "key.txt")), "members"),
    "a member too few": (zipped(ALL[1:]), "members"),
    "other dates": (zipped(ALL), "bytes"),
    "no ZIP": (b"%PDF-1.7", "format"),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_tricks_of_the_format_have_no_place(trick: str) -> None:
    file, why = TRICKS[trick]
    (found,) = prove(file, KEYS).findings
    assert ("V111", why) == (found.code, found.facts["why"])


def test_a_file_beyond_all_measure_is_not_looked_into() -> None:
    with pytest.raises(HubError, match="V111"):
        dossierfile.unpack(bytes(dossierfile.LARGEST + 1))
