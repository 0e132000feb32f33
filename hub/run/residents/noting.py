"""A step of a request as the audit has it: who, which reports, which fields; codes and ids alone."""

from collections.abc import Sequence
from typing import Final

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.rights import Kind
from hub.store.requests import Request, Step, Theirs

_PURPOSE: Final = "resident_request"
_PERSON: Final = ("resident.address", "resident.id_number", "resident.name", "resident.phone")
_WORDS: Final = ("event.address", "event.content", "event.title")
_FIELDS: Final = {Kind.COPY: (*_WORDS, *_PERSON), Kind.CORRECT: _PERSON, Kind.DELETE: (*_WORDS, *_PERSON)}
_DOES: Final = {Kind.COPY: ("copy",), Kind.CORRECT: ("agree",), Kind.DELETE: ("agree", "carry")}
"""The steps that do what was asked for."""


def audited(one: Request, step: Step, rows: Sequence[Theirs], *, through: Exit, result: Result) -> AuditRow:
    """The row of `step`; a copy leaves as an export, whatever door it was asked for at."""
    return AuditRow(
        at=step.at,
        who=step.by,
        exit=Exit.EXPORT if step.step == "copy" else through,
        result=result,
        purpose=_PURPOSE,
        fields=_FIELDS[one.kind] if step.step in _DOES[one.kind] else (),
        rows=tuple(row.event_key for row in rows),
        count=step.reports,
        matter=one.id,
        reason=f"{one.kind.value}.{step.step}",
    )
