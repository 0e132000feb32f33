"""Who may say what of a proposal, and where it stands on a day."""

from datetime import date, datetime, timedelta

import pytest

from hub.access.proposal import (
    Action,
    Change,
    Proposal,
    Said,
    State,
    Word,
    check,
    needed,
    review_due,
    state_on,
)
from hub.clock import SHANGHAI
from hub.errors import Refused
from hub.model import Grant, Sensitivity
from tests.unit.access.giving import TODAY, grant

AT = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
GENERAL = grant("incident.id", id_="g1")
PHONE = grant("resident.phone", id_="g2")


def proposal(given: Grant = GENERAL, needs: int = 1) -> Proposal:
    """Of one grant, by `ann`."""
    return Proposal(
        id="gp_1",
        action=Action.GRANT,
        changes=(Change(grant=given),),
        reason="试行",
        proposed_by="ann",
        proposed_at=AT,
        review_by=date(2026, 6, 1),
        needs=needs,
    )


def said(by: str, word: Word = Word.APPROVE, reason: str = "", review_by: date | None = None) -> Said:
    """One word."""
    return Said(word=word, by=by, at=AT, reason=reason, review_by=review_by)


@pytest.mark.parametrize(
    ("before", "new", "code"),
    [
        ((), said("ben"), None),
        ((), said("ann"), "A201"),
        ((), said("ann", Word.REFUSE, "no"), "A201"),
        ((said("ben"),), said("ben"), "A202"),
        ((said("ben"),), said("ann"), "A201"),
        ((said("ben"),), said("cem"), None),
        ((said("ben"), said("cem")), said("dov"), "A203"),
        ((said("ben"), said("cem")), said("dov", Word.REFUSE, "no"), "A203"),
        ((said("ben"), said("cem")), said("dov", Word.REVIEW), None),
        ((said("ben"), said("cem")), said("ann", Word.REVIEW), "A201"),
        ((said("ben"),), said("dov", Word.REVIEW), "A203"),
        ((), said("ben", Word.REFUSE), "A204"),
        ((), said("ben", Word.REFUSE, "no"), None),
        ((said("ben", Word.REFUSE, "no"),), said("cem"), "A203"),
        ((said("ben", Word.REFUSE, "no"),), said("cem", Word.REVIEW), "A203"),
        ((), said("ben", Word.WITHDRAW), "A205"),
        ((said("ben"),), said("ann", Word.WITHDRAW), None),
        ((said("ann", Word.WITHDRAW),), said("ben"), "A203"),
    ],
)
def test_nobody_decides_alone_and_what_is_decided_stays(
    before: tuple[Said, ...], new: Said, code: str | None
) -> None:
    one = proposal(PHONE, needs=2)
    if code is None:
        check(one, before, new)
        return
    with pytest.raises(Refused) as refused:
        check(one, before, new)
    assert code == refused.value.code


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (Change(grant=GENERAL), 1),
        (Change(grant=PHONE), 2),
        (Change(grant=grant("incident.id", sensitivity=Sensitivity.MINOR)), 2),
        (Change(target="g2", grant=GENERAL), 2),
        (Change(target="g2"), 1),
    ],
)
def test_what_is_about_a_person_needs_two_others_and_what_only_ends_one(change: Change, wanted: int) -> None:
    assert wanted == needed([change], {"g1": GENERAL, "g2": PHONE})


@pytest.mark.parametrize(
    ("words", "decided", "on", "state"),
    [
        ((), {}, TODAY, State.PROPOSED),
        ((said("ben", Word.REFUSE, "no"),), {}, TODAY, State.REFUSED),
        ((said("ann", Word.WITHDRAW),), {}, TODAY, State.WITHDRAWN),
        ((said("ben"),), {"g1": "gp_1"}, TODAY, State.IN_FORCE),
        ((said("ben"),), {"g1": "gp_1"}, date(2025, 12, 31), State.APPROVED),
        ((said("ben"),), {"g1": "gp_1"}, date(2026, 12, 31), State.IN_FORCE),
        ((said("ben"),), {"g1": "gp_1"}, date(2027, 1, 1), State.ENDED),
        ((said("ben"),), {"g1": "gp_2"}, TODAY, State.ENDED),
    ],
)
def test_a_proposal_stands_by_its_words_its_days_and_what_was_decided_since(
    words: tuple[Said, ...], decided: dict[str, str], on: date, state: State
) -> None:
    assert state == state_on(proposal(), words, decided, on)


def test_a_review_sets_the_day_of_the_next() -> None:
    later = TODAY + timedelta(days=300)
    assert date(2026, 6, 1) == review_due(proposal(), [said("ben")])
    assert later == review_due(proposal(), [said("ben"), said("ben", Word.REVIEW, review_by=later)])
