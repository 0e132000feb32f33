"""What a password has to be, and who may let a change of an account hold."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.access.fourhands import check_decider, waits
from hub.access.passwords import check_password
from hub.errors import Refused
from hub.model.account import ADMINS, Account, AccountChange, ProposedChange, Role

ONE = Account(name="zhang.san", title="张三", role=Role.OPERATOR, organisation="chengguan")
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


def test_only_the_first_password_of_who_is_no_administrator_waits_for_nobody() -> None:
    alone = {
        (role, change)
        for role in Role
        for change in AccountChange
        if not waits(replace(ONE, role=role), change)
    }
    assert {(role, AccountChange.PASSWORD) for role in Role if role not in ADMINS} == alone
