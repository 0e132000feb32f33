"""A platform with a SOAP service, a read-only view on its database, or both: two ways to the same cases, one source.

The service tells what changed, hands single cases out and takes answers; the view tells what the service does not, and
what vanished. A subclass says what a case means (`draft`), and reports in (`tell`) where there is a service. Each way has
its own place in the cursor, and one that fails does not stop the other. Rules: domain.md N09, N11, N66, N85.
"""

from abc import abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from hub.clock import SHANGHAI
from hub.errors import HeldRecord
from hub.model import Arrival, Draft, Stage
from hub.plugin.adapter import Body, Listed, Tools
from hub.plugin.fields import Fields
from hub.plugin.text import decode, tidy_ref
from hub.plugin.transport.in_turn import Channel, InTurn
from hub.plugin.transport.paging import SECONDS
from hub.plugin.transport.soap_pages import SoapPages, SoapPagesSettings
from hub.plugin.transport.soap_pull import Operation
from hub.plugin.transport.view_sweep import GONE, Rows, SweepSettings, ViewSweep, Words
from hub.plugin.transport.xml import declared_charset, fields_in_xml, text_in


class CodedService(SoapPagesSettings):
    """The service."""

    code_table: str
    """For cases that do not name their table themselves."""


class CodedView(SweepSettings):
    """The view."""

    key: str
    columns: Words
    """As the view calls them here."""
    code_table: str


class ServiceAndViewConfig(BaseModel):
    """At least one of the two. Closed: a misspelt setting stops the start."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    soap: CodedService | None = None
    view: CodedView | None = None

    @model_validator(mode="after")
    def _has_a_channel(self) -> "ServiceAndViewConfig":
        if self.soap is None and self.view is None:
            raise ValueError("soap or view must be given")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the platform hands out, and by which operations."""

    changed: Operation
    """Lists what changed; its `kind` tells a case of the service from a row of the view."""
    numbers: str
    """Lists `<id updated="…">` of what changed `since` … `until`."""
    single: str
    """Hands out the cases `recIds`."""
    kept: Collection[str]
    """Columns that are remembered of a row, so that its disappearance can still be told: none that is personal."""


Config = TypeVar("Config", bound=ServiceAndViewConfig)


class ServiceAndView(InTurn, Generic[Config]):
    """The platform as far as it can be read. Bodies: cases (XML), `row` and `gone` (JSON)."""

    exchange: ClassVar[Exchange]

    def __init__(self, config: Config, tools: Tools) -> None:
        self.config: Final = config
        channels: dict[str, Channel] = {}
        self.pages = self._sweep = None
        if config.soap is not None:
            channels["soap"] = self.pages = SoapPages(config.soap, self.exchange.changed, tools)
        if config.view is not None:
            rows = Rows(key=config.view.key, columns=config.view.columns, kept=self.exchange.kept)
            channels["view"] = self._sweep = ViewSweep(config.view, rows, tools)
        super().__init__(tools.source, channels)

    @abstractmethod
    def draft(self, case: Fields, table: str) -> Draft:
        """What one case says; `table` holds where it names no table of codes. Raises BadRecord and HeldRecord."""

    def version(self, updated: str) -> str:  # noqa: ARG002  not every service says it
        """How `draft` writes the version of a case that the service says was `updated` then; "" where it cannot tell, or
        raises HeldRecord, which is the same."""
        return ""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        """One draft a body; of a row that vanished, the last known class and place, called off (N09, N11).

        Raises BadRecord R101, R102 (not readable), and as `draft`.
        """
        kind = body.kind or arrival.kind
        of_service = kind == self.exchange.changed.kind
        channel = self.config.soap if of_service else self.config.view
        table = "" if channel is None else channel.code_table
        if of_service:
            text = decode(body.content, declared=declared_charset(body.content))
            return [self.draft(fields_in_xml(text), table)]
        row = Fields.of_json(body.content)
        if kind != GONE:
            return [self.draft(row, table)]
        gone = self.draft(row.inside("kept"), table)
        return [replace(gone, stage=Stage.CANCELLED, is_update=True, flags=("row_vanished",))]

    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        """What the service has changed in that time, with its update time; and all that the view holds."""
        known: set[str] = set()
        if self.pages is not None:
            begin, end = (one.astimezone(SHANGHAI).strftime(SECONDS) for one in (since, until))
            for one in self.pages.service.elements(self.exchange.numbers, "id", since=begin, until=end):
                known.add(ref := tidy_ref(text_in(one)))
                yield Listed(ref, self._version_listed(one.get("updated", "")))
        swept = () if self._sweep is None else self._sweep.numbers()
        yield from (Listed(ref) for number in swept if (ref := tidy_ref(number)) not in known)

    def _version_listed(self, updated: str) -> str:
        """One that cannot be read must not end the list."""
        try:
            return self.version(updated)
        except HeldRecord:
            return ""

    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:
        """Single cases from the service; what only the view holds comes with its next sweep."""
        if self.pages is not None:
            changed = self.exchange.changed
            found = self.pages.service.rows(
                self.exchange.single, changed.row, within=changed.within, recIds=",".join(refs)
            )
            yield from (Body(case, changed.kind) for case in found.rows)
