"""数字城管: new and changed cases from service and view; results written back through the service.

It moves bytes and a cursor. What a case says is `case`'s, how the channels speak theirs.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from gridplus_urban_management.case import KEPT, draft_of, fields_of_xml, vanished, version_of
from gridplus_urban_management.case_flow import TOLD
from gridplus_urban_management.case_service import CaseService
from gridplus_urban_management.config import SoapSettings, UrbanConfig, ViewSettings
from gridplus_urban_management.in_turn import Channel, InTurn
from hub import SHANGHAI, Arrival, Draft, HeldRecord, HubError
from hub.plugin import Answer, Body, Listed, Page, Receipt, Tools
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.text import tidy_ref
from hub.plugin.times import zone_of
from hub.plugin.transport.view_sweep import GONE, ROW, Rows, ViewSweep

CASE: Final = "case"


class UrbanReader:
    """The platform as far as it can be read. Bodies: `case` (XML), `row` and `gone` (JSON)."""

    def __init__(self, config: UrbanConfig, service: CaseService | None, tools: Tools) -> None:
        self._config: Final = config
        self._service: Final = service
        self._sweep: Final = None if config.view is None else _sweep(config.view, tools)
        channels: dict[str, Channel] = {}
        if self._service is not None:
            channels["soap"] = _CaseChannel(self._service)
        if self._sweep is not None:
            channels["view"] = self._sweep
        self._channels: Final = InTurn(tools.source, channels)

    def check(self) -> None:
        """Returns where at least one channel answers: the other is told of in `faults`."""
        self._channels.check()

    @property
    def faults(self) -> tuple[HubError, ...]:
        """What keeps one of the channels from being read while the other goes on; mostly empty."""
        return self._channels.faults

    def read(self, cursor: str) -> Page:
        """New and changed cases of all channels; the cursor is a JSON object with a place for each."""
        return self._channels.read(cursor)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """One draft a body; raises BadRecord R101, R102 (not readable), HeldRecord R104, R201, R203, R304."""
        kind = body.kind or arrival.kind
        if kind == GONE:
            return (
                vanished(Fields.of(read_json(body.content)).inside("kept"), self._config, self._table(kind)),
            )
        case = Fields.of(read_json(body.content)) if kind == ROW else fields_of_xml(body.content)
        return (draft_of(case, self._config, self._table(kind)),)

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What the service has changed in that time, with its update time; and all that the view holds."""
        listed = {} if self._service is None else dict(self._service.numbers(since, until))
        for number, updated in listed.items():
            yield Listed(tidy_ref(number), self._version(updated))
        swept = () if self._sweep is None else self._sweep.numbers()
        known = {tidy_ref(number) for number in listed}
        yield from (Listed(ref) for number in swept if (ref := tidy_ref(number)) not in known)

    def _version(self, updated: str) -> str:
        try:
            return version_of(updated, zone_of(self._config.zone))
        except HeldRecord:
            return ""

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single cases from the service; what only the view holds comes with its next sweep."""
        if self._service is not None:
            yield from (Body(case, CASE) for case in self._service.cases(refs))

    def close(self) -> None:
        """Gives connections and files back; may be called twice."""
        for channel in (self._service, self._sweep):
            if channel is not None:
                channel.close()

    def _table(self, kind: str) -> str:
        channel: SoapSettings | ViewSettings | None = self._config.soap if kind == CASE else self._config.view
        return "" if channel is None else channel.code_table


class UrbanManagement(UrbanReader):
    """The platform with its service: it can be told results too. A view alone can be told nothing."""

    def __init__(self, config: UrbanConfig, service: CaseService, tools: Tools) -> None:
        super().__init__(config, service, tools)
        self._writer: Final = service

    def tell(self, answer: Answer) -> Receipt:
        """Writes a step or a result back, in the platform's words; the nonce makes a repeat harmless there."""
        ref = self._writer.submit(
            recId=answer.source_ref,
            step=TOLD.get(answer.stage, "处置中"),
            deptName=answer.department,
            content=answer.text,
            handleTime=answer.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
            nonce=answer.nonce,
        )
        return Receipt(ref)


def made(config: UrbanConfig, tools: Tools) -> UrbanReader:
    """The adapter for `config`; it can `tell` only where the platform's service is configured."""
    if config.soap is None:
        return UrbanReader(config, None, tools)
    return UrbanManagement(config, CaseService(config.soap, tools.http), tools)


def _sweep(view: ViewSettings, tools: Tools) -> ViewSweep:
    return ViewSweep(view, Rows(key=view.key, columns=view.columns, kept=KEPT), tools)


class _CaseChannel:
    """The service as a channel: its cursor is the last serial number, in digits."""

    def __init__(self, service: CaseService) -> None:
        self._service: Final = service

    def check(self) -> None:
        self._service.changes(0, size=0)

    def read(self, cursor: str) -> Page:
        changes = self._service.changes(int(cursor or 0))
        return Page(tuple(Body(case, CASE) for case in changes.cases), str(changes.last_serial), changes.more)
