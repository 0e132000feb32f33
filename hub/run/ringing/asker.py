"""Who asks for a contact with a resident, and how the audit has it: the field that is used, by which grants; never a value."""

from dataclasses import dataclass
from datetime import datetime

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.run.exits.showing import CALLBACK, PHONE


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: a department, by an account of its, or "" by its software."""

    department: str
    account: str = ""


def asked_row(projected: Projected, asker: Asker, whistle_id: str, report: str, at: datetime) -> AuditRow:
    """Who lets the hub use whose number, under which grants; nothing is shown to them."""
    account = projected.account
    return AuditRow(
        at=at,
        who=asker.account or asker.department,
        exit=Exit.CONTACT,
        result=Result.ALLOW,
        purpose=CALLBACK,
        fields=account.fields,
        rows=(report,),
        count=0,
        grants=account.grants,
        matter=whistle_id,
        on_behalf_of=asker.department if asker.account else "",
        reason="contact.asked",
    )


def refused_row(asker: Asker, whistle_id: str, code: str, at: datetime) -> AuditRow:
    """Who was refused what tells of a grant: `code`."""
    return AuditRow(
        at=at,
        who=asker.account or asker.department,
        exit=Exit.CONTACT,
        result=Result.DENY,
        purpose=CALLBACK,
        fields=(PHONE,),
        count=0,
        matter=whistle_id,
        on_behalf_of=asker.department if asker.account else "",
        reason=code,
    )
