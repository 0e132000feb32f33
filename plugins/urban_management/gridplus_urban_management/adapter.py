"""数字城管: new and changed cases from service and view; results written back through the service.

It moves bytes and a cursor. What a case says is `case`'s.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from gridplus_urban_management.case import draft_of, version_of
from gridplus_urban_management.config import DECLARES, UrbanConfig
from hub import SHANGHAI, Arrival, Draft, HeldRecord, Stage
from hub.plugin import Answer, Body, Listed, Receipt, Tools
from hub.plugin.fields import Fields
from hub.plugin.text import decode, tidy_ref
from hub.plugin.times import zone_of
from hub.plugin.transport.in_turn import Channel, InTurn
from hub.plugin.transport.paging import SECONDS, Marked
from hub.plugin.transport.soap_pages import SoapPages
from hub.plugin.transport.soap_pull import Operation
from hub.plugin.transport.view_sweep import GONE, Rows, ViewSweep
from hub.plugin.transport.xml import declared_charset, fields_in_xml, text_in
from hub.plugin.words import told_as

CASE: Final = "case"
_SERIALS: Final = Marked(cursor="afterSerial", size="size", mark=("lastSerial",), more=("more",), begin="0")
"""Each change has a serial number of its own: a case that changes twice comes twice, and nothing is skipped while the
platform goes on writing (N66)."""
_CHANGED: Final = Operation(
    name="GetChangedCases",
    namespace="http://service.urban.example/exchange",
    walk=_SERIALS,
    total=("count",),
    row="case",
    within="cases",
    kind=CASE,
)
KEPT: Final = frozenset(name for name, kind in DECLARES.items() if kind == "internal")
"""What is remembered of a row, so that its disappearance can still be told."""
TOLD: Final = told_as(
    dispatched="派遣",
    accepted="签收",
    in_progress="处置中",
    suspended="挂账",
    returned="回退",
    done_by_dept="处置完成",
    closed="结案",
    rejected="不予受理",
    cancelled="作废",
    reopened="返工",
)
"""The platform's own words for what the hub writes back; a stage not listed is told as 处置中."""


class UrbanReader(InTurn):
    """The platform as far as it can be read. Bodies: `case` (XML), `row` and `gone` (JSON)."""

    def __init__(self, config: UrbanConfig, tools: Tools) -> None:
        self._config: Final = config
        channels: dict[str, Channel] = {}
        self._pages = self._sweep = None
        if config.soap is not None:
            channels["soap"] = self._pages = SoapPages(config.soap, _CHANGED, tools)
        if config.view is not None:
            rows = Rows(key=config.view.key, columns=config.view.columns, kept=KEPT)
            channels["view"] = self._sweep = ViewSweep(config.view, rows, tools)
        super().__init__(tools.source, channels)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """One draft a body; of a row that vanished, the last known class and place, called off (N09, N11).

        Raises BadRecord R101, R102 (not readable), HeldRecord R104, R201, R203, R304.
        """
        kind, config = body.kind or arrival.kind, self._config
        channel = config.soap if kind == CASE else config.view
        table = "" if channel is None else channel.code_table
        if kind == CASE:
            text = decode(body.content, declared=declared_charset(body.content))
            return [draft_of(fields_in_xml(text), config, table)]
        row = Fields.of_json(body.content)
        if kind != GONE:
            return [draft_of(row, config, table)]
        gone = draft_of(row.inside("kept"), config, table)
        return [replace(gone, stage=Stage.CANCELLED, is_update=True, flags=("row_vanished",))]

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What the service has changed in that time, with its update time; and all that the view holds."""
        known: set[str] = set()
        if self._pages is not None:
            begin, end = (one.astimezone(SHANGHAI).strftime(SECONDS) for one in (since, until))
            for one in self._pages.service.elements("ListCaseIds", "id", since=begin, until=end):
                known.add(ref := tidy_ref(text_in(one)))
                yield Listed(ref, self._version(one.get("updated", "")))
        swept = () if self._sweep is None else self._sweep.numbers()
        yield from (Listed(ref) for number in swept if (ref := tidy_ref(number)) not in known)

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single cases from the service; what only the view holds comes with its next sweep."""
        if self._pages is not None:
            found = self._pages.service.rows("GetCases", "case", within="cases", recIds=",".join(refs))
            yield from (Body(case, CASE) for case in found.rows)

    def _version(self, updated: str) -> str:
        try:
            return version_of(Fields({"update_time": updated}), zone_of(self._config.zone))
        except HeldRecord:
            return ""


class UrbanManagement(UrbanReader):
    """The platform with its service: it can be told results too. A view alone can be told nothing."""

    def tell(self, answer: Answer) -> Receipt:
        """Writes a step or a result back, in the platform's words; the nonce makes a repeat harmless there. Raises
        Refused S113 where the platform will never take it: no such case, or archived."""
        assert self._pages is not None  # noqa: S101  see `made`
        said = self._pages.service.tell(
            "SubmitResult",
            recId=answer.source_ref,
            step=TOLD.get(answer.stage, "处置中"),
            deptName=answer.department,
            content=answer.text,
            handleTime=answer.at.astimezone(SHANGHAI).strftime(SECONDS),
            nonce=answer.nonce,
        )
        return Receipt(said.get("ref", ""))


def made(config: UrbanConfig, tools: Tools) -> UrbanReader:
    """The adapter for `config`; it can `tell` only where the platform's service is configured."""
    return (UrbanReader if config.soap is None else UrbanManagement)(config, tools)
