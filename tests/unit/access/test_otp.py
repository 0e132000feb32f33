"""Codes of a second factor: of now, a step either side, and never twice."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.access.otp import address_of, code_at, step_taken

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 3, 10, 1, 5, 10, tzinfo=UTC)
STEP = int(NOW.timestamp()) // 30


def test_the_code_is_that_of_the_standard() -> None:
    """RFC 6238, appendix B: the secret 12345678901234567890 at 59 s, last six digits."""
    standard = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert "287082" == code_at(standard, datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC))


@pytest.mark.parametrize(
    ("off_s", "taken"), [(-60, None), (-30, STEP - 1), (0, STEP), (30, STEP + 1), (60, None)]
)
def test_a_clock_may_be_one_step_off(off_s: int, taken: int | None) -> None:
    code = code_at(SECRET, NOW + timedelta(seconds=off_s))
    assert taken == step_taken(SECRET, code, NOW, after=0)


def test_a_code_that_was_taken_is_not_taken_again_nor_one_before_it() -> None:
    before, now = code_at(SECRET, NOW - timedelta(seconds=30)), code_at(SECRET, NOW)
    assert STEP == step_taken(SECRET, now, NOW, after=STEP - 1)
    assert [None, None] == [step_taken(SECRET, code, NOW, after=STEP) for code in (before, now)]


def test_blanks_do_not_count_and_words_are_no_code() -> None:
    code = code_at(SECRET, NOW)
    assert STEP == step_taken(SECRET, f"{code[:3]} {code[3:]}", NOW, after=0)
    assert [None] * 3 == [step_taken(SECRET, said, NOW, after=0) for said in ("", "一二三四五六", code[:5])]


def test_an_authenticator_reads_whose_secret_it_is() -> None:
    address = address_of(SECRET, "xitong")
    assert address.startswith("otpauth://totp/Grid%2B:xitong?")
    assert f"secret={SECRET}" in address
