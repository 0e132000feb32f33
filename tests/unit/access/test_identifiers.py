"""Citizen ids and card numbers: what a valid one says, and that an invalid one says nothing."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.identifiers import Citizen, Sex, age_on, citizen_of, is_child, luhn_holds, with_check_digit

ON = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("number", "citizen"),
    [
        pytest.param(
            "11010519491231002X", Citizen(date(1949, 12, 31), Sex.FEMALE), id="the standard's own, GB 11643"
        ),
        pytest.param("11010519491231002x", Citizen(date(1949, 12, 31), Sex.FEMALE), id="a small x"),
        pytest.param(
            "440524188001010014", Citizen(date(1880, 1, 1), Sex.MALE), id="the standard's other one"
        ),
        pytest.param("110105491231002", Citizen(date(1949, 12, 31), Sex.FEMALE), id="15 digits, of a woman"),
        pytest.param("110105491231003", Citizen(date(1949, 12, 31), Sex.MALE), id="15 digits, of a man"),
        pytest.param("110105194912310021", None, id="another check digit"),
        pytest.param(with_check_digit("11010519490230002"), None, id="30 February"),
        pytest.param("110105491331002", None, id="a thirteenth month"),
        pytest.param("1101054912310", None, id="too short"),
        pytest.param("11010519491231002XX", None, id="too long"),
        pytest.param("1101054912310X2", None, id="a letter inside"),
    ],
)
def test_a_valid_number_tells_birth_date_and_sex(number: str, citizen: Citizen | None) -> None:
    assert citizen == citizen_of(number)


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2012, 3, 10), 14),
        (date(2012, 3, 11), 13),
        (date(2012, 4, 1), 13),
        (date(2012, 2, 28), 14),
        (date(2026, 3, 10), 0),
        (date(2026, 3, 11), -1),
    ],
)
def test_an_age_grows_on_the_birthday(born: date, age: int) -> None:
    assert age == age_on(born, ON)


@pytest.mark.parametrize(
    ("number", "child"),
    [
        pytest.param(with_check_digit("32990120120311123"), True, id="14 tomorrow"),
        pytest.param(with_check_digit("32990120120310123"), False, id="14 today"),
        pytest.param(with_check_digit("32990120260310123"), True, id="born today"),
        pytest.param(with_check_digit("32990120260311123"), False, id="not born yet: a number that is wrong"),
        pytest.param(f" {with_check_digit('32990120200101123')} ", True, id="with blanks"),
        pytest.param("３２９９０１" + with_check_digit("32990120200101123")[6:], True, id="in full width"),
        pytest.param("329901202001011230", False, id="not valid (N54)"),
        pytest.param("329901********1234", False, id="masked (N57)"),
        pytest.param("", False, id="none"),
    ],
)
def test_a_child_is_told_by_a_valid_number_alone(number: str, child: bool) -> None:
    assert child is is_child(number, ON)


@pytest.mark.parametrize(
    ("digits", "holds"),
    [
        ("4111111111111111", True),  # the card of everybody's examples
        ("79927398713", True),
        ("79927398710", False),
        ("4111111111111112", False),
        ("59", True),
        ("67", True),
        ("18", True),
    ],
)
def test_a_card_number_ends_in_its_check_digit(digits: str, holds: bool) -> None:
    assert holds is luhn_holds(digits)


@given(st.from_regex(r"\A[1-9][0-9]{16}\Z"), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_fits(first: str, at: int, more: int) -> None:
    whole = with_check_digit(first)
    wrong = whole[:at] + str((int(whole[at]) + more) % 10) + whole[at + 1 :]
    assert citizen_of(wrong) is None
