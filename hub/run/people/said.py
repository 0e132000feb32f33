"""What people do with accounts, as a line of the audit: names and codes, never a password, a code or a subject."""

from datetime import datetime

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit


def said(
    who: str,
    what: str,
    at: datetime,
    *,
    about: str = "",
    refused: str = "",
    reason: str = "",
    through: Exit = Exit.PAGE,
) -> AuditRow:
    """`who` did `what` with the account `about`; `refused`: the code of why it was not let."""
    return AuditRow(
        at=at,
        who=who,
        exit=through,
        result=Result.DENY if refused else Result.ALLOW,
        purpose=what,
        fields=(),
        rows=(about,) if about else (),
        count=1 if about else 0,
        reason=refused or reason,
    )
