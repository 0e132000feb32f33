"""The vault: what is sealed opens with its key, in its place, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from hub.access.keyring import KeyRing, load_keys, parse_keys
from hub.access.vault import Algorithm, DataKey, Vault, master_of
from hub.errors import FixSettings, HubError, Refused

OLD, NEW, BLIND, AUDIT = (bytes(range(first, first + 32)) for first in (0, 32, 64, 96))
RING = KeyRing({"m2025": OLD}, "m2025", BLIND, AUDIT)
PLACE = "resident.phone"
PHONE = b"13800000000"


def counted() -> Callable[[int], bytes]:
    """Bytes that never repeat and are the same in every run."""
    numbers = count(1)
    return lambda size: next(numbers).to_bytes(size)


def vault_of(ring: KeyRing = RING, algorithm: Algorithm = Algorithm.AES_256_GCM) -> Vault:
    return Vault(ring, algorithm, random_bytes=counted())


VAULT = vault_of()
KEY = VAULT.new_key("rs_1")
SEALED = VAULT.seal(KEY, PLACE, PHONE)


@pytest.mark.parametrize("algorithm", Algorithm)
@given(plain=st.binary(max_size=300), place=st.text(max_size=20), subject=st.text(min_size=1, max_size=20))
def test_what_is_sealed_opens_again(algorithm: Algorithm, plain: bytes, place: str, subject: str) -> None:
    vault = vault_of(algorithm=algorithm)
    key = vault.new_key(subject)
    assert plain == vault.open(key, place, vault.seal(key, place, plain))


def test_the_envelope_names_version_algorithm_key_and_nonce() -> None:
    other = VAULT.seal(KEY, PLACE, PHONE)
    assert SEALED[:2] == bytes((1, Algorithm.AES_256_GCM))
    assert SEALED[:10] == other[:10]
    assert SEALED[10:22] != other[10:22]
    assert len(SEALED) == len(PHONE) + 38
    assert PHONE not in SEALED


def test_the_envelope_is_what_its_description_says() -> None:
    """Opened by hand: header, then place (with its length) and subject, are bound to the ciphertext."""
    material = counted()(32)
    by_hand = SEALED[:10] + len(PLACE).to_bytes(2) + PLACE.encode() + b"rs_1"
    assert AESGCM(material).decrypt(SEALED[10:22], SEALED[22:], by_hand) == PHONE


@pytest.mark.parametrize("algorithm", Algorithm)
def test_what_one_algorithm_sealed_opens_when_the_other_is_set(algorithm: Algorithm) -> None:
    writer, reader = vault_of(algorithm=algorithm), vault_of(algorithm=Algorithm(3 - algorithm))
    key = writer.new_key("rs_1")
    assert reader.open(key, PLACE, writer.seal(key, PLACE, PHONE)) == PHONE


@pytest.mark.parametrize(
    ("key", "place"),
    [
        pytest.param(KEY, "resident.name", id="another column"),
        pytest.param(KEY, "resident.phon", id="a part of the column"),
        pytest.param(replace(KEY, subject="rs_2"), PLACE, id="another subject"),
    ],
)
def test_a_sealed_value_that_was_moved_does_not_open(key: DataKey, place: str) -> None:
    with pytest.raises(HubError) as refused:
        VAULT.open(key, place, SEALED)
    assert refused.value.code in {"A102", "A103"}


def test_place_and_subject_cannot_be_cut_elsewhere() -> None:
    """`ab` + `c` is not `a` + `bc`: a value of place `ab` and subject `c` stays there."""
    material = VAULT.new_key("c")
    sealed = VAULT.seal(material, "ab", PHONE)
    moved = Vault(RING, random_bytes=counted())
    with pytest.raises(HubError):
        moved.open(replace(material, subject="bc"), "a", sealed)


@given(at=st.integers(0, len(SEALED) - 1), flip=st.integers(1, 255))
def test_a_changed_bit_is_noticed(at: int, flip: int) -> None:
    damaged = SEALED[:at] + bytes((SEALED[at] ^ flip,)) + SEALED[at + 1 :]
    with pytest.raises(HubError) as refused:
        VAULT.open(KEY, PLACE, damaged)
    # a changed key id is another key; all else is damage
    assert refused.value.code == ("A102" if 2 <= at < 10 else "A103")


@given(size=st.integers(0, len(SEALED) - 1))
def test_a_value_that_was_cut_off_is_noticed(size: int) -> None:
    with pytest.raises(Refused) as refused:
        VAULT.open(KEY, PLACE, SEALED[:size])
    assert refused.value.code == "A103"


def test_another_subject_s_key_does_not_open() -> None:
    with pytest.raises(FixSettings) as refused:
        VAULT.open(VAULT.new_key("rs_2"), PLACE, SEALED)
    assert refused.value.code == "A102"


@pytest.mark.parametrize(
    "ring",
    [KeyRing({"m2025": NEW}, "m2025", BLIND, AUDIT), KeyRing({"m2026": OLD}, "m2026", BLIND, AUDIT)],
    ids=["bytes", "id"],
)
def test_without_the_master_nothing_opens(ring: KeyRing) -> None:
    with pytest.raises(FixSettings) as refused:
        vault_of(ring).open(KEY, PLACE, SEALED)
    assert refused.value.code == "A102"


def test_a_key_row_of_one_subject_is_none_for_another() -> None:
    with pytest.raises(FixSettings):
        vault_of().seal(replace(KEY, subject="rs_2"), PLACE, PHONE)


def test_an_error_of_the_vault_holds_no_value() -> None:
    with pytest.raises(HubError) as refused:
        VAULT.open(KEY, "resident.name", SEALED)
    assert refused.value.facts == {}
    assert refused.value.__suppress_context__


def test_a_key_says_nothing_when_it_is_logged() -> None:
    assert repr(KEY) == "DataKey(subject='rs_1')"
    assert OLD.hex() not in repr(RING)
    assert "00010203" not in repr(RING)


def test_rotation_wraps_with_the_new_master_and_all_still_opens() -> None:
    both = RING.with_master("m2026", NEW)
    rotated = vault_of(both).rewrap(KEY)
    assert master_of(KEY.wrapped) == "m2025"
    assert master_of(rotated.wrapped) == "m2026"
    assert rotated.salt == KEY.salt
    only_new = vault_of(both.without_master("m2025"))
    assert only_new.open(rotated, PLACE, SEALED) == PHONE
    assert only_new.salted_digest(rotated, "x") == VAULT.salted_digest(KEY, "x")


def test_rotation_leaves_alone_what_the_current_master_wrapped() -> None:
    assert VAULT.rewrap(KEY) is KEY


def test_the_current_master_cannot_be_dropped_nor_an_id_taken_twice() -> None:
    with pytest.raises(FixSettings) as refused:
        RING.without_master("m2025")
    assert (refused.value.code, refused.value.facts) == ("A109", {"problem": "current"})
    with pytest.raises(FixSettings) as refused:
        RING.with_master("m2025", NEW)
    assert (refused.value.code, refused.value.facts) == ("A109", {"problem": "id"})


def test_a_master_that_came_later_is_asked_for_once_it_is_needed() -> None:
    both = RING.with_master("m2026", NEW)
    new = vault_of(both).new_key("rs_9")
    asked: list[KeyRing] = []

    def renewed() -> KeyRing:
        asked.append(both)
        return both

    vault = Vault(RING, random_bytes=counted(), renewed=renewed)
    assert vault.open(KEY, PLACE, SEALED) == PHONE
    assert asked == []
    assert vault.open(new, PLACE, vault_of(both).seal(new, PLACE, PHONE)) == PHONE
    assert asked == [both]
    assert master_of(vault.new_key("rs_10").wrapped) == "m2026"


def test_a_master_that_nobody_has_is_missing_even_after_asking() -> None:
    new = vault_of(RING.with_master("m2026", NEW)).new_key("rs_9")
    for vault in (vault_of(), Vault(RING, renewed=lambda: RING)):
        with pytest.raises(FixSettings) as refused:
            vault.seal(new, PLACE, PHONE)
        assert refused.value.code == "A102"


def test_who_looks_again_indexes_by_the_key_of_now_and_takes_up_nothing_that_it_has() -> None:
    fresh = replace(RING, blind=NEW, blind_before=RING.blind)
    stands = [RING]
    vault = Vault(RING, renewed=lambda: stands[0])
    vault_of().look_again()  # there is nobody to ask
    vault.look_again()
    assert vault.generation == 1
    stands[0] = fresh
    assert vault.blind("phone", "13800000000") == vault_of(RING).blind("phone", "13800000000")
    vault.look_again()
    assert vault.generation == 2
    assert vault.blind("phone", "13800000000") == vault_of(fresh).blind("phone", "13800000000")


def test_a_subject_s_old_key_is_not_mistaken_for_its_new_one() -> None:
    vault = vault_of()
    old = vault.new_key("rs_1")
    sealed = vault.seal(old, PLACE, PHONE)
    new = vault.new_key("rs_1")
    assert vault.open(old, PLACE, sealed) == PHONE
    with pytest.raises(FixSettings):
        vault.open(new, PLACE, sealed)


def test_a_forgotten_or_pushed_out_key_is_unwrapped_again() -> None:
    vault = Vault(RING, random_bytes=counted(), remembered=2)
    keys = [vault.new_key(f"rs_{number}") for number in range(4)]
    sealed = [vault.seal(key, PLACE, PHONE) for key in keys]
    vault.forget("rs_3")
    assert [vault.open(key, PLACE, each) for key, each in zip(keys, sealed, strict=True)] == [PHONE] * 4


def test_without_the_key_row_digests_lead_nowhere() -> None:
    """Who loses the row loses salt and key: a new key for the same subject gives other digests."""
    digest = VAULT.salted_digest(KEY, "13800000000")
    assert digest == VAULT.salted_digest(KEY, "13800000000")
    assert digest != VAULT.salted_digest(VAULT.new_key("rs_1"), "13800000000")
    assert digest != VAULT.salted_digest(replace(KEY, salt=bytes(16)), "13800000000")
    same_salt = replace(VAULT.new_key("rs_1"), salt=KEY.salt)
    assert digest != VAULT.salted_digest(same_salt, "13800000000")
    assert digest != VAULT.salted_digest(KEY, "13800000001")
    assert 32 == len(digest)


def test_a_fingerprint_knows_a_resend_and_tells_nothing_without_the_key() -> None:
    assert VAULT.fingerprint(b"body") == vault_of().fingerprint(b"body")
    assert VAULT.fingerprint(b"body") != VAULT.fingerprint(b"Body")
    assert VAULT.fingerprint(b"body") != vault_of(replace(RING, blind=NEW)).fingerprint(b"body")


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "13800000000", "１３８-0000 0000"),
        ("phone", "13800000000", "+86 13800000000"),
        ("phone", "13800000000", "联系电话：13800000000（白天）"),
        ("phone", "0513-85551234", "（0513）8555 1234"),
        ("phone", "85551234", "8555-1234"),
        ("phone", "85551234", "座机85551234"),
        ("phone", "123457", "1-2-3-4-5-7"),
        ("phone", "13800000000、13900000000", "13800000000"),
        ("id_number", "32990119900307123X", "329901 19900307 123x"),
        ("name", "测试甲", " 测 试 甲 "),
    ],
)
def test_equal_values_are_found_by_the_same_blind_index(kind: str, one: str, other: str) -> None:
    assert VAULT.blind(kind, one) is not None
    assert VAULT.blind(kind, one) == VAULT.blind(kind, other)


def test_other_values_kinds_and_keys_have_other_indexes() -> None:
    indexes = {
        VAULT.blind("phone", "13800000000"),
        VAULT.blind("phone", "13800000001"),
        VAULT.blind("id_number", "13800000000"),
        vault_of(replace(RING, blind=NEW)).blind("phone", "13800000000"),
    }
    assert len(indexes) == 4


@pytest.mark.nasty("N54", "N57")
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "138****0000"),
        ("phone", "000000"),
        ("phone", "00000000000"),
        ("phone", "无"),
        ("phone", ""),
        ("phone", "110"),
        ("phone", "12345"),
        ("id_number", "320613********1234"),
        ("id_number", "不愿透露"),
        ("id_number", "000000000000000000"),
        ("name", "张*"),
        ("name", "匿名"),
        ("name", "  "),
    ],
)
def test_a_value_that_identifies_nobody_has_no_index(kind: str, value: str) -> None:
    assert VAULT.blind(kind, value) is None


KEY_FILE = f"""
current = "m2026"
blind = "{BLIND.hex()}"
audit = "{AUDIT.hex()}"

[masters]
m2025 = "{OLD.hex()}"
m2026 = "{NEW.hex()}"
"""


def test_a_key_file_is_read_and_written(tmp_path: Path) -> None:
    ring = parse_keys(KEY_FILE)
    assert ring == KeyRing({"m2025": OLD, "m2026": NEW}, "m2026", BLIND, AUDIT)
    file = tmp_path / "keys.toml"
    file.write_text(ring.as_toml(), encoding="utf-8")
    assert load_keys(file) == ring


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "format"),
        ("current = ", "format"),
        (KEY_FILE.replace(BLIND.hex(), "xyz"), "format"),
        (KEY_FILE.replace(f'"{NEW.hex()}"', "17"), "format"),
        (KEY_FILE.replace(NEW.hex(), NEW.hex()[:62]), "length"),
        (KEY_FILE.replace(BLIND.hex(), ""), "length"),
        (KEY_FILE.replace(AUDIT.hex(), AUDIT.hex()[:62]), "length"),
        (KEY_FILE.replace(f'audit = "{AUDIT.hex()}"', ""), "format"),
        (KEY_FILE.replace('current = "m2026"', 'current = "m2027"'), "current"),
        (KEY_FILE.replace("m2025 =", '"much too long an id" ='), "id"),
    ],
)
def test_a_wrong_key_file_is_refused_and_not_quoted(text: str, problem: str) -> None:
    with pytest.raises(FixSettings) as refused:
        parse_keys(text)
    assert (refused.value.code, refused.value.facts) == ("A109", {"problem": problem})
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_an_absent_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as refused:
        load_keys(tmp_path / "keys.toml")
    assert (refused.value.code, refused.value.facts) == ("A109", {"problem": "file"})


def test_while_the_index_is_made_anew_a_value_is_looked_for_by_both_keys() -> None:
    under_way = KeyRing({"m2025": OLD}, "m2025", NEW, AUDIT, blind_before=BLIND, content=BLIND)
    vault, before = Vault(under_way), Vault(RING)
    phone = "13800000000"
    assert vault.blinds("phone", phone) == (vault.blind("phone", phone), before.blind("phone", phone))
    assert vault.blind("phone", phone) != before.blind("phone", phone)
    assert () == vault.blinds("phone", "138****0000")
    assert vault.fingerprint(b"a body") == before.fingerprint(b"a body")


def test_a_ring_under_rotation_is_read_back_from_its_file_and_a_wrong_one_is_refused() -> None:
    ring = KeyRing(
        {"m2025": OLD},
        "m2025",
        BLIND,
        AUDIT,
        blind_before=NEW,
        content=OLD,
        retired={"a1": NEW, "a2": OLD},
        retiring="a2",
    )
    assert ring == parse_keys(ring.as_toml())
    assert (NEW, AUDIT) == (ring.first_audit, RING.first_audit)
    for wrong in ('retiring = "a9"\n', 'content = "00"\n'):
        with pytest.raises(FixSettings, match="A109"):
            parse_keys(wrong + RING.as_toml())
