"""Departments to play with: what they do about a message, and how each manner behaves."""

import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.demo.departments import Departments
from hub.demo.manners import CALLED, DEMO, MANNERS, SILENCE, said, spoiled
from hub.intake.validate import Validator
from hub.schema import schemas
from tests.instruments import demo_pack

W = "wh_" + "a" * 32
KNOWN = schemas()
REPORT = Validator(KNOWN["report_in"], KNOWN.values())
CONTRACTS = {one.id: one for one in demo_pack().contracts}


def message(id_: str = W, kind: str = "grid.whistle.v1") -> str:
    data = {"department": "sifa"}
    return orjson.dumps({"id": id_, "type": kind, "subject": id_.partition(":")[0], "data": data}).decode()


@pytest.fixture
def departments() -> Departments:
    """Nobody of them has started to work."""
    return Departments("http://127.0.0.1:9", {"sifa": "k"}, (), 1, manner=DEMO)


def test_a_whistle_is_work_and_its_repeat_is_none(departments: Departments) -> None:
    assert departments.idle()
    for _ in range(2):
        departments.take(message())
    assert (1, False, 2) == (departments.seen(), departments.idle(), len(departments.messages))


def test_a_whistle_that_was_called_off_leaves_nothing_to_do_and_the_others_stay(
    departments: Departments,
) -> None:
    departments.take(message())
    departments.take(message("wh_" + "b" * 32))
    departments.take(message(f"{W}:2", "grid.whistle.cancelled.v1"))
    assert not departments.idle()
    departments.take(message(f"wh_{'b' * 32}:2", "grid.whistle.cancelled.v1"))
    assert departments.idle()


def test_a_second_call_is_work_again_under_numbers_of_its_own(departments: Departments) -> None:
    departments.take(message())
    assert 1 == departments.seen()
    before = len(departments._todo)
    departments.take(message(f"{W}:4"))
    assert (1, before + 1) == (departments.seen(), len(departments._todo))
    assert f"{W}:4-sign" == said(f"{W}:4", "sign", None)["nonce"]


@pytest.mark.parametrize("name", ["demo", *MANNERS])
def test_every_manner_comes_to_an_end(name: str) -> None:
    manner, dice = MANNERS.get(name, DEMO), random.Random(7)
    for _ in range(200):
        move, made = CALLED, 0
        while (move := manner.after(move, dice)) != SILENCE:
            made += 1
            assert made < 100
        assert manner.rest_s[0] <= manner.rest(dice) <= manner.rest_s[1]


@given(st.sampled_from(sorted(CONTRACTS)), st.sampled_from(["sign", "contact", "arrive", "return", "result"]))
def test_what_is_said_fits_the_contract(name: str, move: str) -> None:
    contract = CONTRACTS[name]
    body = said(f"{W}:12", move, contract)
    assert () == REPORT.faults(body)
    if move == "result":
        assert () == Validator(dict(contract.form)).faults(body["form"])
    if move == "return":
        assert body["reason_code"] in contract.returns.reason_codes


@given(st.integers())
def test_what_is_spoiled_is_another_report(seed: int) -> None:
    body: dict[str, Any] = said(W, "contact", None)
    assert body != spoiled(body, random.Random(seed))
