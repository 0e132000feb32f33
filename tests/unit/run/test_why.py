"""Why something is due is told in words: every rule of a derivation, with every fact that it is given."""

from datetime import date, datetime
from string import Formatter

import pytest

from hub.clock import SHANGHAI
from hub.messages.text import Language
from hub.messages.why import UNITS, WHY, in_words
from hub.model import Duration, Reason, SourceClock, Unit
from hub.run.exits.explaining import explain
from hub.whistle.clocks import deadline
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe
from tests.unit.run.test_deciding import whistle_of
from tests.unit.run.test_moving_on import tell
from tests.unit.whistle.conftest import read_calendar
from tests.unit.whistle.histories import at, due, told
from tests.unit.whistle.test_carrying import called_again, ended


def reasons() -> list[Reason]:
    """One of every rule that a deadline can be derived by."""
    moves = told("sign 10 9:10", "pause 11 0 > 12 12", "upgrade 12 10", "ask 12 11 > 30 9", "grant 12 12")
    again = told("sign 10 9:10", "result 11 9", "reopen 12 9")
    over = datetime(2025, 9, 30, 10, tzinfo=SHANGHAI)
    paused = told("sign 10 9:10", "pause 10 10 > 10 12")
    found = [
        *due(moves, clocks=(SourceClock("city", at("20 18")),)).values(),
        *due(again).values(),
        *due(paused).values(),
        *called_again(ended("sign 10 9:10", "cancel 11 9")).deadlines,
        deadline("sign", Duration(0, Unit.WORK_DAY), at("10 9"), read_calendar()),
        deadline("finish", Duration(5, Unit.WORK_DAY), over, read_calendar()),
        deadline("finish", Duration(5, Unit.WORK_DAY), over, read_calendar(until=date(2025, 10, 1))),
    ]
    return [reason for one in found for reason in one.derivation]


def test_every_rule_of_a_derivation_has_words() -> None:
    assert {reason.rule for reason in reasons()} == set(WHY)


@pytest.mark.parametrize("language", Language)
def test_the_words_name_facts_that_are_given_and_no_unit_stays_a_code(language: Language) -> None:
    for reason in reasons():
        said = in_words(reason.rule, reason.facts, language)
        assert said
        assert not [unit for unit in UNITS if "_" in unit and unit in said]
        for words in WHY[reason.rule]:
            assert {name for _, name, _, _ in Formatter().parse(words) if name} <= set(reason.facts)


def test_a_rule_without_words_is_told_without() -> None:
    assert "" == in_words("nobody_knows", {}, Language.ZH)


def test_explain_tells_each_reason_as_data_and_in_words(hub: HubInHand) -> None:
    tell(hub, pipe(hub, "A1"))
    with hub.hub.store.read() as conn:
        (why,) = explain(conn, whistle_of(hub, "zilai"))["why_late"][0]["derivation"]
    assert ("counted", 30, "urgent_minute") == (why["rule"], why["value"], why["unit"])
    assert (why["zh"], why["en"]) == (
        f"自 {why['from_at']} 起计 30 分钟（连续）",
        f"30 minutes without a break from {why['from_at']} on",
    )
