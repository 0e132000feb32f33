"""What a rehearsal is about: one department's contract and the version after it, in a pack where both hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final

from hub.clock import SHANGHAI
from hub.contract.check import matter_of
from hub.contract.route import Routed, Routers
from hub.contract.wire import HANDLE
from hub.errors import FixSettings
from hub.model import Accept, Call, Channel, Contract, Example, FieldOut, Output, Role
from hub.pack import Pack
from hub.run.exits.wirefields import wire_fields
from hub.whistle.clocks import due_from

NEW_CLAUSE: Final = "NEW-1"
_NEW_FIELDS: Final = (
    "whistle.round",
    "whistle.state",
    "incident.event_count",
    "incident.place_summary",
    "incident.urgency",
)
"""What a next version might ask for; the first that this one does not."""


@dataclass(frozen=True, slots=True)
class Script:
    """`pack` holds the contract, pulled whatever its channel is, and `next_`, which begins a day later."""

    pack: Pack
    contract: Contract
    next_: Contract
    starts_at: datetime
    called: tuple[tuple[Example, Call], ...]
    """The contract's examples in which it calls its department, each with the call."""


def script_of(pack: Pack, contract: Contract, schemas: Mapping[str, Mapping[str, Any]]) -> Script:
    """The script for `contract`; raises FixSettings K222 where none of its examples calls the department."""
    first = datetime.combine(contract.valid_from, time(10), SHANGHAI)
    starts_at = max(pack.manifest.starts_at, first)
    ours = replace(contract, channels=(Channel.PULL,))
    next_ = _next(ours, starts_at, schemas)
    others = tuple(one for one in pack.contracts if one.department != contract.department)
    new = {one.field for one in next_.fields} - {one.field for one in ours.fields}
    grants = (
        *pack.grants,
        *(
            replace(one, id=f"{one.id}-{field}", field=field, mask="")
            for one in pack.grants
            for field in new
            if one.department == contract.department
            and (one.field, one.purpose) == ("incident.id", HANDLE)
            and {Output.API, Output.STREAM} <= set(one.outputs)
        ),
    )
    changed = replace(pack, contracts=(*others, ours, next_), grants=grants)
    called = tuple(_called(changed, ours, starts_at))
    if not called:
        raise FixSettings("K222")
    return Script(changed, ours, next_, starts_at, called)


def _next(ours: Contract, starts_at: datetime, schemas: Mapping[str, Mapping[str, Any]]) -> Contract:
    """One version on: one more field where there is one, and one more clause."""
    asked = {one.field for one in ours.fields}
    more = [FieldOut(field=name, purpose=HANDLE) for name in _NEW_FIELDS if name not in asked]
    known = wire_fields(replace(ours, fields=tuple(more)), schemas)
    clause = Accept(clause=NEW_CLAUSE, categories=("unmapped",), role=Role.LEAD)
    return replace(
        ours,
        version=ours.version + 1,
        valid_from=starts_at.date() + timedelta(days=1),
        accepts=(*ours.accepts, clause),
        fields=(*ours.fields, *[one for one in more if one.field in known][:1]),
    )


def _called(pack: Pack, ours: Contract, at: datetime) -> list[tuple[Example, Call]]:
    routers, due = Routers(pack.contracts), due_from(at, pack.calendar)
    found = []
    for example in ours.examples:
        matter = replace(matter_of(example, pack.areas, at.date()), at=at)
        routed = routers.on(at.date()).route(matter, due)
        calls = routed.calls if isinstance(routed, Routed) else ()
        found += [(example, call) for call in calls if call.contract_id == ours.id]
    return found
