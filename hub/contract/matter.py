"""What routing is asked about: the few facts of an incident that a contract may speak of."""

from dataclasses import dataclass
from datetime import datetime

from hub.model import AreaId, DepartmentId, Level, RequestType, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """An incident as contracts see it: what, where, how urgent, and who must not be called."""

    category: str
    """Hub category `class.kind`, or `unmapped`."""
    subdistrict_id: AreaId | None
    """None where the place is not known: clauses of single areas then match nothing."""
    community_id: AreaId | None = None
    urgency: Urgency = Urgency.ROUTINE
    level: Level = Level.ROUTINE
    request_type: RequestType = RequestType.OTHER
    sources: tuple[str, ...] = ()
    """Every source that reported; a clause that names sources takes the matter if one of them did."""
    secret: bool = False
    accused: frozenset[DepartmentId] = frozenset()
    """被诉单位 of all its reports: they neither lead nor assist (domain.md 2.5)."""
    at: datetime
    """When it was reported; contracts valid on that day decide."""
