"""The grant: one line of the field whitelist (domain.md 5.6). No grant, no field."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.model.kinds import AreaId, DepartmentId


class Output(StrEnum):
    """Where a field may go under a grant."""

    VIEW = "view"
    API = "api"
    STREAM = "stream"
    EXPORT = "export"
    PRINT = "print"
    MAP = "map"
    STAT = "stat"


class Sensitivity(StrEnum):
    """Classes of data under PIPL 28, 31 and 51."""

    GENERAL = "general"
    SENSITIVE = "sensitive"
    MINOR = "minor"
    RESTRICTED = "restricted"


class ShareType(StrEnum):
    """政务数据共享条例: a `not_shared` field can never be granted."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NOT_SHARED = "not_shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One department × one field × one purpose. Schema: `contracts/schema/grant.v1.json`."""

    id: str
    department: DepartmentId
    field: str
    """`dataset.field`, for instance `event.title`, `resident.phone`, `incident.grid_id`."""
    purpose: str
    """Purpose code, for instance `handle` (处置), `callback` (回访)."""
    legal_basis: str
    sensitivity: Sensitivity
    share_type: ShareType
    mask: str = ""
    """Mask name of domain.md 5.5, "" for the full value."""
    outputs: tuple[Output, ...]
    areas: tuple[AreaId, ...] = ()
    """Row filter by area; empty: all."""
    categories: tuple[str, ...] = ()
    """Row filter by category pattern; empty: all."""
    max_rows_day: int | None = None
    valid_from: date
    valid_to: date
    """Last day on which it holds; at most one year after `valid_from`."""
    approved_by: tuple[str, ...]
    """Roles, or accounts of security admins, that approved; at least two for sensitive and personal fields."""
    version: int = 1
