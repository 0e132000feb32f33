"""Anchors: signed lines, each bound to the one before, that name a whistle only to who knows it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hub.whistle.anchors import (
    Anchor,
    Head,
    Signer,
    follows,
    is_signed,
    key_id,
    mark_of,
    parse,
    points,
    public_key,
    signed_by,
)

OURS, THEIRS = Signer(b"o" * 32), Signer(b"t" * 32)


def written(number: int) -> list[Anchor]:
    """So many lines, a whistle each."""
    lines: list[Anchor] = []
    for n in range(number):
        before = lines[-1] if lines else None
        lines.append(OURS.anchor(before, f"2026-03-1{n}", [Head(mark_of(f"wh_{n}"), n + 1, f"d{n}")]))
    return lines


def test_a_line_is_read_as_it_was_written_and_no_other_spelling_is_taken() -> None:
    (one,) = written(1)
    assert one == parse(one.line)
    assert None is parse(one.line.replace(b":", b": ", 1))
    assert None is parse(one.line[:-1])
    assert None is parse(b"[]")
    assert None is parse(b'{"number":1}')
    for number in (
        b'"1"',
        b"1.0",
        b"true",
        b"null",
        b"[1]",
        b'"99999999999999999999999"',
        b"9" * 40,
        b"1e400",
    ):
        assert None is parse(one.line.replace(b'"number":1', b'"number":' + number))
        assert None is parse(one.line.replace(b'"seq":1', b'"seq":' + number))


CHANGES: Mapping[str, Mapping[str, Any]] = {
    "number": {"number": 2},
    "moment": {"at": "2026-03-11"},
    "line before": {"previous": "1" * 64},
    "head": {"heads": (Head(mark_of("wh_0"), 1, "other"),)},
    "no head": {"heads": ()},
    "key's name": {"key": key_id(THEIRS.public)},
    "signature": {"signature": OURS.sign(b"")},
    "no signature": {"signature": ""},
    "nonsense": {"signature": "xyz"},
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_is_changed_in_a_line_its_signature_no_longer_holds(what: str) -> None:
    (one,) = written(1)
    assert is_signed(one, [OURS.public])
    assert not is_signed(replace(one, **CHANGES[what]), [OURS.public])


def test_a_line_of_another_hub_is_signed_by_no_key_of_ours_whatever_it_says() -> None:
    (one,) = written(1)
    forged = THEIRS.anchor(None, one.at, one.heads)
    assert not is_signed(forged, [OURS.public])
    assert not is_signed(replace(forged, key=one.key), [OURS.public])
    assert is_signed(forged, [OURS.public, THEIRS.public])
    assert THEIRS.public == signed_by(b"x", THEIRS.sign(b"x"), [OURS.public, THEIRS.public])


def test_a_line_that_is_dropped_swapped_or_doubled_leaves_a_gap() -> None:
    a, b, c = written(3)
    assert all(follows(before, one) for before, one in ((None, a), (a, b), (b, c)))
    for before, one in ((None, b), (a, c), (a, a), (c, b), (b, replace(c, previous=a.digest))):
        assert not follows(before, one)


def test_an_anchor_names_a_whistle_only_to_who_knows_it() -> None:
    lines = written(3)
    assert {2: {"d1"}} == points(lines, "wh_1")
    assert {} == points(lines, "wh_7")
    assert not any(b"wh_" in one.line for one in lines)


def test_a_public_key_is_64_hex_digits() -> None:
    assert OURS.public == public_key(f"{OURS.public.hex()}\n")
    assert [None, None, None] == [public_key(x) for x in ("", "ab", "z" * 64)]


def test_a_later_anchor_of_the_same_entry_takes_no_earlier_ones_place() -> None:
    lines = written(2)
    lines.append(OURS.anchor(lines[-1], "2026-03-12", [Head(mark_of("wh_1"), 2, "other")]))
    assert {2: {"d1", "other"}} == points(lines, "wh_1")
