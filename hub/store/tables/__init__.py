"""Every table of the hub, a family a file; nothing else."""

from hub.store.tables.applications import application, application_step, audit_counted, grant_day
from hub.store.tables.base import metadata
from hub.store.tables.beyond import emergency, reveal
from hub.store.tables.contacts import contact
from hub.store.tables.dossier import dossier_entry, dossier_head, dossier_mark
from hub.store.tables.entered import entered
from hub.store.tables.evaluation import evaluation, evidence, evidence_band, evidence_flag
from hub.store.tables.figures import figure_count, figure_day
from hub.store.tables.matters import block, fallback, incident, link, review
from hub.store.tables.messages import message, offset, parcel
from hub.store.tables.people import account, account_change, attempt, recovery, session
from hub.store.tables.received import (
    alias,
    attachment,
    body,
    data_key,
    event,
    grid_version,
    record,
    replayed,
    resident,
)
from hub.store.tables.requests import (
    resident_request,
    resident_request_row,
    resident_request_step,
    resident_request_task,
    retired,
)
from hub.store.tables.summonses import summons
from hub.store.tables.supervision import card, card_due, deferral, measure, turn
from hub.store.tables.whistles import answer, delivery, overdue, report, step, whistle
from hub.store.tables.whitelist import decision, proposal, proposal_said
from hub.store.tables.workers import (
    access_token,
    adapter_state,
    audit,
    audit_head,
    contract_version,
    cursor,
    fact,
    lease,
    plugin_choice,
    principal,
    row_read,
    staff,
)

__all__ = [
    "access_token",
    "account",
    "account_change",
    "adapter_state",
    "alias",
    "answer",
    "application",
    "application_step",
    "attachment",
    "attempt",
    "audit",
    "audit_counted",
    "audit_head",
    "block",
    "body",
    "card",
    "card_due",
    "contact",
    "contract_version",
    "cursor",
    "data_key",
    "decision",
    "deferral",
    "delivery",
    "dossier_entry",
    "dossier_head",
    "dossier_mark",
    "emergency",
    "entered",
    "evaluation",
    "event",
    "evidence",
    "evidence_band",
    "evidence_flag",
    "fact",
    "fallback",
    "figure_count",
    "figure_day",
    "grant_day",
    "grid_version",
    "incident",
    "lease",
    "link",
    "measure",
    "message",
    "metadata",
    "offset",
    "overdue",
    "parcel",
    "plugin_choice",
    "principal",
    "proposal",
    "proposal_said",
    "record",
    "recovery",
    "replayed",
    "report",
    "resident",
    "resident_request",
    "resident_request_row",
    "resident_request_step",
    "resident_request_task",
    "retired",
    "reveal",
    "review",
    "row_read",
    "session",
    "staff",
    "step",
    "summons",
    "turn",
    "whistle",
]
