"""What a department is shown of a matter's reports by grants of its own kind: a reveal, an emergency. Looks only; who may, and
for how long, is `hub.run.whitelist`'s to say."""

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection

from hub.access.plan import compile as compile_plan
from hub.access.vault import Vault
from hub.clock import day_of
from hub.model import DepartmentId, Grant, Incident, Output, ShareType, Whistle
from hub.run.exits.insight import insight
from hub.run.exits.linked import reports_of
from hub.run.exits.looking import Look
from hub.run.exits.showing import OpenedReport, care_of, report_view, scope_of


def reports_seen(conn: Connection, vault: Vault, whistle: Whistle) -> list[OpenedReport]:
    """The reports that its department may be shown of its matter, before any grant is asked; none where it is relieved or
    accused. Raises Refused W103 where it was never called."""
    seen = insight(conn, whistle)
    return reports_of(conn, vault, seen.shown, seen.later)


def look_beyond(
    opened: OpenedReport,
    incident: Incident,
    grants: Iterable[Grant],
    *,
    in_force: Iterable[Grant],
    department: DepartmentId,
    purpose: str,
    known: Callable[[], Iterable[str]],
    at: datetime,
) -> Look:
    """One report under `grants` alone, on a page. What any grant in force calls not shared stays closed."""
    on = day_of(at)
    closed = (one for one in in_force if one.share_type is ShareType.NOT_SHARED)
    plan = compile_plan((*grants, *closed), department=department, purpose=purpose, output=Output.VIEW, on=on)
    care = care_of(opened, incident, plan, on)
    event = opened.event
    rows = {"event": event.key} | ({"resident": event.requester} if event.requester else {})
    return Look(report_view(opened), plan, scope_of(incident, known, care), rows)


def gives_in_full(look: Look, field: str) -> bool:
    """Whether the look gives `field` unmasked: of a child, or of who must stay secret, it may not."""
    return any(one.field == field and not one.mask for one in look.plan.selection(look.scope).lines)
