"""What a password has to be, and who may let a change of an account hold."""

from datetime import UTC, datetime

import pytest

from hub.access.fourhands import check_decider
from hub.access.passwords import check_password
from hub.errors import Refused
from hub.model.account import AccountChange, ProposedChange

WANTED = ProposedChange(
    account="zhang.san", change=AccountChange.SECOND, by="xitong", at=datetime(2026, 3, 10, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("twelve chars", True),
        ("十二个字的密码也可以用的啊", True),
        ("eleven char", False),
        ("I am Zhang.San!!", False),
        ("the present one", False),
        ("x" * 257, False),
    ],
)
def test_a_password_is_long_and_neither_the_name_nor_the_present_one(password: str, fine: bool) -> None:
    if fine:
        check_password(password, name="zhang.san", current="the present one")
        return
    with pytest.raises(Refused, match="A324"):
        check_password(password, name="zhang.san", current="the present one")


@pytest.mark.parametrize("by", ["xitong", "zhang.san"])
def test_nobody_decides_about_their_own_proposal_or_account(by: str) -> None:
    with pytest.raises(Refused, match="A331"):
        check_decider(WANTED, by)
    check_decider(WANTED, "anquan")
