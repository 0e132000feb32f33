"""The routing contract of a department: what it takes, how fast, and which fields it may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hub.model.kinds import AreaId, Channel, DepartmentId, Level, RequestType, Urgency


class Role(StrEnum):
    """主办 / 协办."""

    LEAD = "lead"
    ASSIST = "assist"


class Unit(StrEnum):
    """Units of time limits (domain.md 2.4)."""

    WORK_HOUR = "work_hour"
    URGENT_HOUR = "urgent_hour"
    WORK_DAY = "work_day"
    URGENT_DAY = "urgent_day"
    URGENT_MINUTE = "urgent_minute"


@dataclass(frozen=True, slots=True)
class Duration:
    """A time limit: `value` whole units."""

    value: int
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What else must hold for a clause; an empty tuple or None means: no demand."""

    urgency: tuple[Urgency, ...] = ()
    levels: tuple[Level, ...] = ()
    request_types: tuple[RequestType, ...] = ()
    sources: tuple[str, ...] = ()
    secret: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """One clause of a contract. `categories` are hub categories, `class.*` for a whole class, `*` for all."""

    clause: str
    categories: tuple[str, ...]
    except_categories: tuple[str, ...] = ()
    areas: tuple[AreaId, ...] = ()
    """District, subdistrict or community ids; empty: the whole district."""
    role: Role
    when: Condition = Condition()
    legal_basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRules:
    """退单: how often, within what time, for which reasons."""

    max_returns: int = 1
    within: Duration | None = None
    reason_codes: tuple[str, ...] = ()
    needs_evidence: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRules:
    """When a clock may wait, or run longer: for which reasons, how long at most from now on, and how often a whistle.

    Without a reason it may not at all.
    """

    reason_codes: tuple[str, ...] = ()
    longest: Duration | None = None
    most: int = 1


@dataclass(frozen=True, slots=True)
class OnCall:
    """值班: how an emergency reaches a person of the department, beside its usual channels.

    Without channels nobody is called.
    """

    channels: tuple[str, ...] = ()
    """`webhook`, or names of the pack's `rosters.yaml`, in the order in which they are tried."""
    after: Duration = Duration(3, Unit.URGENT_MINUTE)
    """Not taken for this long: the next channel, then the next contact."""


class Closing(StrEnum):
    """When a matter is done, by the contract of who leads it."""

    LEADS = "leads"
    """Once all leads have handed in their results."""
    EVERYONE = "everyone"
    """Once those who assist have, too, or a lead says that it waits for them no more (N82)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOut:
    """A field this department asks for, and why. It still needs a live grant to flow."""

    field: str
    """`dataset.field`, for instance `resident.phone`."""
    purpose: str
    mask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A case inside the contract file: a matter in, the expected answer out. `contract check` runs it."""

    name: str
    category: str
    area: AreaId
    urgency: Urgency = Urgency.ROUTINE
    level: Level = Level.ROUTINE
    request_type: RequestType = RequestType.OTHER
    source: str = ""
    secret: bool = False
    expect: str
    """`lead`, `assist` or `none`."""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One version of one department's contract. Schema: `contracts/schema/contract.v1.json`."""

    department: DepartmentId
    version: int
    valid_from: date
    valid_to: date | None
    title: str
    legal_basis: tuple[str, ...]
    accepts: tuple[Accept, ...]
    deadlines: Mapping[str, Duration]
    """Keys: sign, contact, report_in, arrive, finish."""
    level_deadlines: Mapping[str, Mapping[str, Duration]]
    """Level → limits that take the place of the same steps of `deadlines`."""
    channels: tuple[Channel, ...]
    form: Mapping[str, object]
    """JSON Schema of what `result` must say, under `properties`; closed."""
    returns: ReturnRules
    pauses: WaitRules = WaitRules()
    """挂起: when its clocks may wait."""
    extensions: WaitRules = WaitRules()
    """延期: when it may ask for more time; another one grants it."""
    closing: Closing = Closing.LEADS
    on_call: OnCall = OnCall()
    """值班: who is called at once for an emergency."""
    fields: tuple[FieldOut, ...]
    examples: tuple[Example, ...]
    file: str = ""
    """Where it was loaded from, for findings."""

    @property
    def id(self) -> str:
        """`department-vN`, as decisions remember it."""
        return f"{self.department}-v{self.version}"

    def limits_at(self, level: Level) -> Mapping[str, Duration]:
        """Step → limit; the level's own limits replace those of their steps."""
        own = self.level_deadlines.get(level)
        return {**self.deadlines, **own} if own else self.deadlines
