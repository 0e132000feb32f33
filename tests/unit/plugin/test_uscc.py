"""The check of a 统一社会信用代码, remainder 0 included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.plugin.uscc import is_uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.text(ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        pytest.param("91350100M000100Y43", True, id="the standard's own example"),
        pytest.param("91350100M000100Y44", False, id="a wrong check character"),
        pytest.param("91350100M000100Y4", False, id="17 characters"),
        pytest.param("91350100M000100Y4I", False, id="a letter outside the alphabet"),
        pytest.param("91350100m000100y43", False, id="small letters: folded before, not here"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_code_is_valid_if_its_last_character_checks_the_others(code: str, valid: bool) -> None:
    assert is_uscc(code) is valid


@pytest.mark.nasty("N87")
def test_a_code_whose_remainder_is_zero_is_valid() -> None:
    # 17 zeros weigh 0: the check value is (31 − 0) mod 31 = 0, not 31
    assert is_uscc("0" * 18)


@pytest.mark.nasty("N87")
@given(BODIES)
def test_each_body_has_exactly_one_check_character(body: str) -> None:
    assert sum(is_uscc(body + last) for last in ALPHABET) == 1


@given(BODIES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, at: int, other: str) -> None:
    (last,) = (one for one in ALPHABET if is_uscc(body + one))
    changed = body[:at] + other + body[at + 1 :]
    assert is_uscc(changed + last) is (changed == body)
