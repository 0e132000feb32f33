"""What is said on a duty phone: no more than the grants of the moment give of four fields, and the number beside it.

A short message is a stream that can't be taken back: which whistle, its level, its category, its subdistrict. What was
reported, where exactly and by whom is opened in the system, under the grants of that moment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.projected import Projected
from hub.clock import day_of
from hub.errors import Refused
from hub.model import DepartmentId, Whistle, WhistleState
from hub.pack import Pack
from hub.plugin import Summons
from hub.run.exits.looking import audit_rows, shown
from hub.run.exits.showing import Showing
from hub.run.ground.contractbook import ContractBook
from hub.store import incidents, whistles
from hub.whistle.contact import reference_of
from hub.whistle.summons import WEBHOOK

NO_NUMBER: Final = "S124"


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing is said: by which code; "" where the whistle was taken or is over."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said, and the audit rows without which it may not leave."""

    said: Summons | Silent
    rows: tuple[AuditRow, ...] = ()


class CallWords:
    """Makes the words of calls. One object serves all threads of a process."""

    def __init__(self, *, pack: Pack, showing: Showing, contracts: ContractBook) -> None:
        self._pack, self._showing, self._contracts = pack, showing, contracts

    def of(self, conn: Connection, row: Any, at: datetime) -> Said:
        """What is said in the call that `row` plans, under the grants of this moment."""
        whistle = whistles.load(conn, [row.whistle_id])[row.whistle_id]
        if whistle.state is not WhistleState.BLOWN:
            return Said(Silent())
        if row.channel == WEBHOOK:  # the whistle's own message, which its own exit makes and audits
            return Said(_summons(row, whistle))
        number = self._number(row, at)
        if not number:
            return Said(Silent(NO_NUMBER))
        try:
            contract = self._contracts.of(conn, whistle.contract_id)
        except Refused as error:
            return Said(Silent(error.code))
        incident = incidents.load(conn, [whistle.incident_id])[whistle.incident_id]
        look = self._showing.summons(
            whistle, incident, contract, department=DepartmentId(row.department), at=at
        )
        (projected,) = shown(conn, [look], at)
        rows = audit_rows(projected, whistle, through=Exit.SUMMONS, at=at, rows=(incident.id,))
        return Said(self._words(row, whistle, projected, number, at), tuple(rows))

    def _number(self, row: Any, at: datetime) -> str:
        """As the roster has it today; "" where it has none any more."""
        roster = self._pack.rosters.by_department.get(DepartmentId(row.department))
        return next(
            (
                one.numbers.get(row.channel, "")
                for one in (roster.contacts if roster else ())
                if one.label == row.contact and one.holds_on(day_of(at))
            ),
            "",
        )

    def _words(self, row: Any, whistle: Whistle, projected: Projected, number: str, at: datetime) -> Summons:
        level = self._level(projected, whistle, at)
        category = str(projected.text("incident.category_zh") or "")
        place = str(projected.text("incident.subdistrict_name") or "")
        reference = reference_of(str(projected.text("whistle.id") or ""))
        what = " ".join(part for part in (level or "急件", reference, place, category) if part)
        if row.department == whistle.department:
            text = f"{what}，请立即签收。"
        else:
            text = f"{what}，承办单位无人接听，请区指挥中心立即处理。"
        return _summons(row, whistle, level=level, category=category, place=place, text=text, number=number)

    def _level(self, projected: Projected, whistle: Whistle, at: datetime) -> str:
        """By the district's own name for it; "" where no grant gives the level."""
        shown_level = projected.text("whistle.level")
        if shown_level is None:
            return ""
        rules = self._pack.rules_on(day_of(at)).levels.get(whistle.level)
        return rules.title["zh"] if rules else str(shown_level)


def _summons(row: Any, whistle: Whistle, **words: str) -> Summons:
    empty = {"level": "", "category": "", "place": "", "text": "", "number": ""}
    return Summons(id=row.id, whistle_id=whistle.id, department=row.department, **{**empty, **words})
