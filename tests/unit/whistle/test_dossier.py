"""A dossier's chain: whatever is changed in it no longer fits, and what is not shown tells nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.jsonform import canonical
from hub.whistle.dossier import (
    ENTRY,
    GENESIS,
    Algorithm,
    Broken,
    Chain,
    Entry,
    Fault,
    digests_of,
    field_digest,
    follow,
    hashed,
    inner_of,
    salt_of,
    verify,
)

WHISTLE = "wh_1"
NAMES = st.sampled_from(["whistle.clause", "dossier.moves/by", "event.title", "dossier.looks/fields"])
VALUES = st.one_of(st.text(max_size=8), st.integers(-5, 5), st.lists(st.text(max_size=3), max_size=2))
FIELDS = st.dictionaries(NAMES, VALUES, max_size=3)
ALGORITHMS = st.sampled_from(Algorithm)
SEED = b"s" * 16


def chained(said: Sequence[tuple[Mapping[str, object], Algorithm]]) -> list[Entry]:
    """The entries of a dossier that says this, one after the other."""
    chain, entries = Chain(WHISTLE), []
    for number, (fields, algorithm) in enumerate(said):
        about = {ENTRY: ["move", f"2026-03-10T01:00:{number:02}+00:00"]}
        digests = digests_of(algorithm, SEED, {**about, **fields})
        entries.append(chain.append(inner_of(algorithm, digests.values()), algorithm))
        chain = chain.after(entries[-1])
    return entries


DOSSIERS = st.lists(st.tuples(FIELDS, ALGORITHMS), min_size=1, max_size=5).map(chained)


@given(DOSSIERS)
def test_what_was_appended_fits_together_under_either_algorithm(entries: list[Entry]) -> None:
    assert Chain(WHISTLE, len(entries), entries[-1].digest) == verify(entries, WHISTLE)


def test_a_dossier_without_an_entry_stands_at_its_beginning() -> None:
    assert Chain(WHISTLE, 0, GENESIS) == verify([], WHISTLE)


CHANGES = {
    "what stands for its fields": lambda e: replace(e, inner=hashed(e.algorithm, e.inner.encode())),
    "algorithm": lambda e: replace(
        e, algorithm=Algorithm.SM3 if e.algorithm is Algorithm.SHA256 else Algorithm.SHA256
    ),
    "digest": lambda e: replace(e, digest=e.digest[::-1] if e.digest != e.digest[::-1] else "0" * 64),
}


@pytest.mark.parametrize("what", CHANGES)
@given(entries=DOSSIERS, data=st.data())
def test_whatever_is_changed_in_an_entry_is_found_there(
    what: str, entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    changed = [*entries]
    changed[at] = CHANGES[what](entries[at])
    assert Broken(at + 1, Fault.CHANGED) == verify(changed, WHISTLE)


@given(entries=DOSSIERS, data=st.data())
def test_an_entry_that_is_dropped_doubled_or_swapped_is_missed(
    entries: list[Entry], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    doubled = [*entries[: at + 1], *entries[at:]]
    assert Broken(at + 2, Fault.MISSING) == verify(doubled, WHISTLE)
    if at < len(entries) - 1:
        dropped = entries[:at] + entries[at + 1 :]
        assert Broken(at + 1, Fault.MISSING) == verify(dropped, WHISTLE)
        swapped = [*entries[:at], entries[at + 1], entries[at], *entries[at + 2 :]]
        assert Broken(at + 1, Fault.MISSING) == verify(swapped, WHISTLE)


@given(DOSSIERS, DOSSIERS)
def test_an_entry_that_fits_behind_another_one_is_missed_behind_this(a: list[Entry], b: list[Entry]) -> None:
    """Two dossiers of one whistle, as a copy and its original are: entries of one do not go on from the other."""
    spliced = [*a[:1], *b[1:]]
    whole = len(b) < 2 or a[0].digest == b[0].digest
    assert whole or Broken(2, Fault.MISSING) == verify(spliced, WHISTLE)


@given(DOSSIERS)
def test_another_whistles_dossier_is_none_of_this_one(entries: list[Entry]) -> None:
    assert Broken(1, Fault.MISSING) == verify(entries, "wh_2")
    assert Broken(1, Fault.CHANGED) == verify([replace(e, whistle_id="wh_2") for e in entries], "wh_2")


@given(DOSSIERS)
def test_what_is_cut_off_the_end_leaves_a_chain_that_fits(entries: list[Entry]) -> None:
    """Why there are anchors."""
    left = entries[:-1]
    assert Chain(WHISTLE, len(left), left[-1].digest if left else GENESIS) == verify(left, WHISTLE)


@given(NAMES, VALUES, VALUES, ALGORITHMS)
def test_a_field_is_proved_by_its_salt_and_value_and_by_no_others(
    name: str, value: object, other: object, algorithm: Algorithm
) -> None:
    salt = salt_of(SEED, name)
    known = digests_of(algorithm, SEED, {name: value})[name]
    assert known == field_digest(algorithm, salt, name, value)
    assert (canonical(other) == canonical(value)) == (known == field_digest(algorithm, salt, name, other))
    assert known != field_digest(algorithm, salt_of(SEED, f"{name}x"), name, value)
    assert known != field_digest(algorithm, salt, f"{name}x", value)


@given(FIELDS, NAMES, VALUES, ALGORITHMS)
def test_whatever_is_changed_in_a_field_no_longer_is_what_stands_for_all(
    fields: dict[str, object], name: str, value: object, algorithm: Algorithm
) -> None:
    """And in which order they come changes nothing: an order would tell which is which."""
    digests = digests_of(algorithm, SEED, fields)
    inner = inner_of(algorithm, digests.values())
    assert inner == inner_of(algorithm, reversed(digests.values()))
    changed = digests_of(algorithm, SEED, {**fields, name: value})
    assert (changed == digests) == (inner == inner_of(algorithm, changed.values()))
    for one in digests:
        left = [digest for other, digest in digests.items() if other != one]
        assert inner != inner_of(algorithm, left)


@given(st.lists(st.tuples(FIELDS, ALGORITHMS), min_size=2, max_size=5), st.integers(0, 4))
def test_a_chain_that_is_followed_from_where_it_stood_ends_where_it_ends(
    said: list[tuple[dict[str, object], Algorithm]], at: int
) -> None:
    """And from where another one stood it does not go on."""
    entries = chained(said)
    at = min(at, len(entries) - 1)
    stood = Chain(WHISTLE, at, entries[at].previous)
    assert verify(entries, WHISTLE) == follow(stood, entries[at:])
    assert Broken(1, Fault.MISSING) == follow(replace(stood, head="1" * 64), entries[at:])
    assert Broken(1, Fault.MISSING) == follow(replace(stood, seq=at + 1), entries[at:])


def test_digests_are_those_of_the_standards() -> None:
    """GB/T 32905, appendix A.1, and FIPS 180-4."""
    known = {
        Algorithm.SM3: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        Algorithm.SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    }
    assert known == {algorithm: hashed(algorithm, b"abc") for algorithm in Algorithm}


def test_what_is_hashed_is_what_anybody_can_write_down_again() -> None:
    assert '["field","00","a","中"]'.encode() == canonical(["field", "00", "a", "中"])
    said = hashed(Algorithm.SHA256, '["field","00","a","中"]'.encode())
    assert said == field_digest(Algorithm.SHA256, b"\0", "a", "中")
    assert b'{"a":2,"b":1}' == canonical({"b": 1, "a": 2})
