"""Time limits in words: what is read, and what goes to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contract.limits import WORDS, parse_limit
from hub.model import Duration, Unit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("4工作时", Duration(4, Unit.WORK_HOUR)),
        ("2紧急工作时", Duration(2, Unit.URGENT_HOUR)),
        ("5工作日", Duration(5, Unit.WORK_DAY)),
        ("5个工作日", Duration(5, Unit.WORK_DAY)),
        ("1紧急工作日", Duration(1, Unit.URGENT_DAY)),
        ("30紧急工作分钟", Duration(30, Unit.URGENT_MINUTE)),
        ("2天", Duration(2, Unit.URGENT_DAY)),
        ("24小时内", Duration(24, Unit.URGENT_HOUR)),
        ("30分钟以内", Duration(30, Unit.URGENT_MINUTE)),
        ("两小时", Duration(2, Unit.URGENT_HOUR)),
        (" ５ 工作日\n", Duration(5, Unit.WORK_DAY)),
    ],
)
def test_plain_limits_are_read(text: str, limit: Duration) -> None:
    assert limit == parse_limit(text)


@pytest.mark.nasty("N27")
@pytest.mark.parametrize(
    "text",
    [
        "1紧急工作时制止",
        "种植季节15工作日",
        "停工4工作时/处罚7工作日/拆除20工作日",
        "1天2小时",
        "尽快",
        "",
        "5",
        "工作日",
        "0工作日",
        "-3天",
        "2.5天",
        "1-3工作日",
        "5工作周",
        "②工作日一次",
    ],
)
def test_limits_with_anything_left_over_go_to_a_person(text: str) -> None:
    assert parse_limit(text) is None


@pytest.mark.nasty("N26")
@pytest.mark.parametrize(("text", "value"), [("4.0", 4), ("2.0", 2), ("2.00", 2), ("4", 4), ("４.０", 4)])
def test_a_number_that_became_a_decimal_takes_the_unit_of_its_column(text: str, value: int) -> None:
    assert Duration(value, Unit.WORK_HOUR) == parse_limit(text, unit=Unit.WORK_HOUR)


@pytest.mark.nasty("N26")
def test_a_decimal_keeps_the_unit_written_beside_it() -> None:
    assert Duration(2, Unit.WORK_DAY) == parse_limit("2.0工作日", unit=Unit.WORK_HOUR)


def test_a_real_fraction_is_not_rounded() -> None:
    assert parse_limit("4.5", unit=Unit.WORK_HOUR) is None


def test_a_source_that_means_working_days_by_a_natural_word_says_so() -> None:
    assert Duration(2, Unit.WORK_DAY) == parse_limit("2天", words={"天": Unit.WORK_DAY})


@given(st.integers(1, 9999), st.sampled_from(sorted(WORDS)))
def test_every_word_of_the_table_is_read_with_every_number(value: int, word: str) -> None:
    assert Duration(value, WORDS[word]) == parse_limit(f"{value}{word}")


@given(st.text(max_size=12))
def test_no_text_makes_it_raise_or_gives_a_limit_without_a_number(text: str) -> None:
    limit = parse_limit(text)
    assert limit is None or limit.value >= 1
