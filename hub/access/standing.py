"""Whether one grant holds on a day, and if not, why not (domain.md 5.6). Pure; zero tolerance on dates."""

from datetime import date
from enum import StrEnum

from hub.access.fields import split
from hub.access.terms import approvals_needed
from hub.model import Grant, ShareType


class Standing(StrEnum):
    """How a grant stands; only `live` gives anything."""

    LIVE = "live"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    NOT_SHARED = "not_shared"
    UNAPPROVED = "unapproved"
    NO_BASIS = "no_basis"
    NO_FIELD = "no_field"


def standing(grant: Grant, on: date) -> Standing:
    """How `grant` stands on the day `on`, a day in Asia/Shanghai.

    `valid_to` is its last day, and a year after `valid_from` ends it whatever `valid_to` says. Sensitive and
    personal fields need two who approved, others one; each needs a legal basis (PIPL 13, 34).
    """
    if grant.share_type is ShareType.NOT_SHARED:
        return Standing.NOT_SHARED
    if on < grant.valid_from:
        return Standing.NOT_YET
    if on > last_day(grant):
        return Standing.EXPIRED
    if len(set(grant.approved_by)) < approvals_needed(grant.field, grant.sensitivity):
        return Standing.UNAPPROVED
    if not grant.legal_basis:
        return Standing.NO_BASIS
    return Standing.LIVE if all(split(grant.field)) else Standing.NO_FIELD


def last_day(grant: Grant) -> date:
    """The last day on which `grant` holds: `valid_to`, at most a year after `valid_from`."""
    year = grant.valid_from.year + 1
    try:
        anniversary = grant.valid_from.replace(year=year)
    except ValueError:  # 29 February
        anniversary = date(year, 2, 28)
    return min(grant.valid_to, anniversary)
