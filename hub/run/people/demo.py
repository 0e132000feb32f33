"""Accounts of the demo, one a role: with a password of this start alone, which the sign-in page fills in by itself."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.errors import FixSettings
from hub.model.account import Account, Role
from hub.run.people.hashing import hashed
from hub.store import accounts, facts
from hub.store.engine import Store

MARK: Final = "demo"
"""Name of the fact that marks a demo's store."""
_BY: Final = "demo"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One that the sign-in page offers."""

    account: Account
    does: str
    """What one does with it, in Chinese."""
    password: str


_ACCOUNTS: Final = (
    ("zhihui", "指挥中心", Role.DISTRICT, "zhongxin", "", "看一张图，看每件事到了哪一步"),
    ("chengguan", "城管局经办", Role.OPERATOR, "chengguan", "", "收哨、签收、办结、回告"),
    ("shizheng", "市政中心经办", Role.OPERATOR, "shizheng", "", "收哨、签收、办结、回告"),
    ("jiedao", "望河街道", Role.SUBDISTRICT, "jiedao_01", "329901001", "看本街道的事项"),
    ("shequ", "望河街道一社区", Role.COMMUNITY, "jiedao_01", "329901001001", "看本社区的事项"),
    ("wangge", "望河街道网格员", Role.GRID_WORKER, "jiedao_01", "329901001001", "在手机上报事、看结果"),
    ("yunwei", "对接工程师", Role.ENGINEER, "zhongxin", "", "看各来源插件的状态"),
    ("xitong", "系统管理员", Role.SYSTEM_ADMIN, "zhongxin", "", "管账号"),
    ("anquan_1", "安全管理员甲", Role.SECURITY_ADMIN, "zhongxin", "", "提出放行或收回一个字段"),
    ("anquan_2", "安全管理员乙", Role.SECURITY_ADMIN, "zhongxin", "", "复核并批准"),
    ("shenji", "审计员", Role.AUDITOR, "zhongxin", "", "查谁看过什么"),
)


OPERATED: Final = tuple(organisation for _, _, role, organisation, *_ in _ACCOUNTS if role is Role.OPERATOR)
"""Departments of which somebody may sign in."""


def check_demo(store: Store, *, is_demo: bool, is_loopback: bool) -> None:
    """Raises FixSettings C101 for a demo that other machines reach, C110 for one on a store that is none's, and C180 for a
    demo's store without demo mode: its accounts would stay."""
    if is_demo and not is_loopback:
        raise FixSettings("C101", name="demo")
    with store.read() as conn:
        marked = facts.get(conn, MARK) is not None
    if is_demo and not marked:
        raise FixSettings("C110")
    if marked and not is_demo:
        raise FixSettings("C180")


def let_in(conn: Connection, at: datetime) -> Sequence[DemoAccount]:
    """Stores the accounts, or gives those that stand there the password of this start."""
    password = secrets.token_urlsafe(12)
    kept = hashed(password)
    found = []
    for name, title, role, organisation, area, does in _ACCOUNTS:
        one = Account(
            name=name,
            title=title,
            role=role,
            organisation=organisation,
            area=area,
            made_by=_BY,
            confirmed_by=_BY,
        )
        if not accounts.add(conn, one, password=kept, at=at):
            accounts.drop_second(conn, name)  # one click lets in, whatever somebody tried last time
            accounts.set_password(conn, name, kept, must_change=False)
            accounts.enable(conn, name)
        found.append(DemoAccount(one, does, password))
    return found
