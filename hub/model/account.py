"""Who works with the hub in a browser: one account, one role, one organisation, one area."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What an account may do. One each: no account holds two, least of all two of `ADMINS`."""

    GRID_WORKER = "grid_worker"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    """指挥中心."""
    OPERATOR = "operator"
    """Of a department that is called."""
    ENGINEER = "engineer"
    """Keeps plugins running; sees no matter's content."""
    SYSTEM_ADMIN = "system_admin"
    """系统管理员: accounts; no grants, no audit."""
    SECURITY_ADMIN = "security_admin"
    """安全管理员: the field whitelist, and which account may hold which role."""
    AUDITOR = "auditor"
    """审计员: sees who did and saw what; changes nothing."""


ADMINS: Final = frozenset((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR))
"""三员 (GB/T 22239-2019, 8.1.4): kept apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account as it stands."""

    name: str
    """What is typed to sign in; stands in audit rows and histories."""
    title: str
    """How pages call it."""
    role: Role
    organisation: str
    """Of the pack; its grants say what this account is shown."""
    area: str = ""
    """Area or grid whose matters it works on, "" for all of the district."""
    made_by: str = ""
    confirmed_by: str = ""
    """The security admin who let the role hold; "" until then: it opens nothing."""
    must_change: bool = False
    """Whether its password was given by somebody else."""
    is_disabled: bool = False
    epoch: int = 0
    """Sessions of an earlier one are over."""
    subject: str = ""
    """`issuer subject` of the person at the identity provider, "" where nobody bound one."""
    has_second: bool = False
    """Whether a second factor was confirmed: a password alone does not let it in."""


class AccountChange(StrEnum):
    """What one administrator proposes about an account and another one lets hold."""

    ROLE = "role"
    """The account is new: its role opens nothing yet."""
    PASSWORD = "password"  # noqa: S105 a word
    """Another first password."""
    SECOND = "second"
    """The second factor is taken off; the person enrols another one."""
    SUBJECT = "subject"
    """The account becomes that of a person at the identity provider."""
    ENABLE = "enable"
    """What was disabled works again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedChange:
    """One change that waits for a second person; an account has at most one of each kind."""

    account: str
    change: AccountChange
    by: str
    at: datetime
    value: str = ""
    """PASSWORD: its hash. SUBJECT: `issuer subject`."""
