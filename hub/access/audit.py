"""Who saw what, when, for which matter and by which right: the audit row (domain.md 5.6).

Rows hold ids, names of fields, codes and salted digests, never a value. `hub.access.chain` joins them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from hub.access.account import Result
from hub.access.exits import Exit, check_exit
from hub.access.projected import Projected
from hub.errors import Bug

_FIELD: Final = re.compile(r"[a-z][a-z0-9_.]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One look at data, or one refused. All texts are ids and codes."""

    at: datetime
    who: str
    """The authenticated principal: a department, a person's account, a worker."""
    exit: Exit
    result: Result
    purpose: str
    fields: tuple[str, ...]
    rows: tuple[str, ...] = ()
    """Ids of the records, or none where `count` says how many."""
    count: int = 1
    """Of how many something was shown; 0: of none, it was only asked for or said."""
    masks: tuple[tuple[str, str], ...] = ()
    grants: tuple[tuple[str, int], ...] = ()
    matter: str = ""
    """The whistle or incident because of which it was looked at."""
    on_behalf_of: str = ""
    via: str = ""
    """Id of the device, application or listener."""
    reason: str = ""
    """A code: why it was denied, or why it was asked for."""
    digests: tuple[str, ...] = ()
    """Salted digests of values, where one must be provable later."""
    duration_us: int = 0

    def line(self) -> bytes:
        """The row as the JSON line that is stored and chained. Fields stand in the order of this type, the
        moment is in UTC. Raises Bug A110 where a text is not a code: words could carry values into the chain.
        """
        codes = "".join(
            (
                *(self.who, self.purpose, self.matter, self.on_behalf_of, self.via, self.reason),
                *self.fields,
                *self.rows,
            )
        )
        if not codes.isascii() or " " in codes:
            raise Bug("A110")
        return orjson.dumps(self if self.at.tzinfo is UTC else replace(self, at=self.at.astimezone(UTC)))


def row_of(line: str | bytes) -> AuditRow:
    """The row that `AuditRow.line` wrote; a field that the row of that day did not have takes its default."""
    said: dict[str, Any] = orjson.loads(line)
    for name in ("fields", "rows", "digests"):
        said[name] = tuple(said.get(name, ()))
    for name in ("masks", "grants"):
        said[name] = tuple((of, what) for of, what in said.get(name, ()))
    said |= {
        "at": datetime.fromisoformat(said["at"]),
        "exit": Exit(said["exit"]),
        "result": Result(said["result"]),
    }
    return AuditRow(**said)


def shown(
    projected: Projected,
    *,
    at: datetime,
    through: Exit,
    rows: tuple[str, ...],
    matter: str = "",
    who: str = "",
) -> AuditRow:
    """The row of a projection that goes out `through` an exit now; `who` defaults to the plan's department.

    Raises Bug A108 where the projection was made for another output.
    """
    check_exit(through, projected.plan.output)
    account = projected.account
    return AuditRow(
        at=at,
        who=who or projected.plan.department,
        exit=through,
        result=account.result,
        purpose=projected.plan.purpose,
        fields=account.fields,
        rows=rows,
        count=len(rows),
        masks=account.masks,
        grants=account.grants,
        matter=matter,
    )


def refused(
    fields: Iterable[str],
    *,
    at: datetime,
    who: str,
    through: Exit,
    purpose: str,
    reason: str,
    matter: str = "",
) -> AuditRow:
    """The row of a request that got nothing. Field names come from the asker: what is no name becomes `?`."""
    names = tuple(sorted({field if _FIELD.fullmatch(field) else "?" for field in fields}))
    return AuditRow(
        at=at,
        who=who,
        exit=through,
        result=Result.DENY,
        purpose=purpose,
        fields=names,
        count=0,
        matter=matter,
        reason=reason,
    )
