"""Evidence and marks in both databases: what looks alike is found, and nothing is changed by a repeat."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from hub.model import Actor
from hub.store import evaluations, evidence
from hub.store.engine import Store
from hub.store.evidence import Piece
from hub.store.tables import whistle
from hub.whistle.evaluation import Aspect, Mark
from tests.instruments import MORNING

LOOKS = 0xF0F0_1234_5678_9ABC
ONE = Piece(
    id="ed_1",
    whistle_id="wh_1",
    department="zilai",
    round=0,
    kind="jpeg",
    size=9,
    digest="d1",
    likeness=LOOKS,
    taken_at=MORNING,
    at=MORNING,
)
NEW = replace(ONE, id="ed_2", whistle_id="wh_2", digest="d2", at=MORNING + timedelta(days=30))


@pytest.fixture
def shown(store: Store) -> Store:
    """A store with one piece of evidence, for the first of two matters."""
    usual = {"department": "zilai", "role": "lead", "state": "result", "blown_us": 0, "version": 1}
    with store.write() as conn:
        for n in (1, 2):
            row = {"id": f"wh_{n}", "incident_id": f"in_{n}", "provisional": 0, "body": "{}", **usual}
            conn.execute(insert(whistle).values(**row))
        evidence.add(conn, ONE, b"sealed")
        evidence.add(conn, ONE, b"again")
    return store


@pytest.mark.nasty("N80")
@pytest.mark.parametrize(
    ("piece", "is_found"),
    [
        pytest.param(NEW, True, id="the same bits"),
        pytest.param(replace(NEW, likeness=LOOKS ^ 0x8001_0100_0010_0101), True, id="six bits off"),
        pytest.param(replace(NEW, likeness=LOOKS ^ 0x8001_0100_0010_1111), False, id="more bits off"),
        pytest.param(replace(NEW, likeness=None), False, id="no picture"),
        pytest.param(replace(NEW, likeness=None, digest="d1"), True, id="the same bytes"),
        pytest.param(replace(NEW, at=MORNING - timedelta(days=1)), False, id="handed in before that one"),
    ],
)
def test_what_was_handed_in_before_for_another_matter_is_found(
    shown: Store, piece: Piece, is_found: bool
) -> None:
    with shown.read() as conn:
        assert (ONE if is_found else None) == evidence.before(conn, piece, "in_2")
        assert None is evidence.before(conn, piece, "in_1")
        assert (ONE, b"sealed") == (evidence.get(conn, "ed_1"), evidence.body(conn, "ed_1"))
        assert 1 == evidence.number(conn, "wh_1", 0)


def test_marks_come_back_as_they_were_given(store: Store) -> None:
    first = Mark(by=Actor.CENTRE, account="a", aspects={Aspect.RESOLVE: 0}, at=MORNING)
    second = Mark(by=Actor.REQUESTER, account="ek_1", aspects={Aspect.SATISFY: 100}, at=MORNING, round=1)
    with store.write() as conn:
        evaluations.add(conn, [("wh_1", 5, second)])
        evaluations.add(conn, [("wh_1", 4, first)])
        assert {"wh_1": [first, second]} == evaluations.of_whistles(conn, ["wh_1", "wh_2"])
