"""The platform's exchange service: changed cases by serial number, results written back, numbers listed.

What these operations mean is this plugin's; how a service is asked over SOAP is `hub.plugin.transport.soap_service`'s.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from gridplus_urban_management.config import SoapSettings
from hub import SHANGHAI, TryLater
from hub.plugin.transport.http import opened
from hub.plugin.transport.paging import Answered
from hub.plugin.transport.soap_service import SoapService, fields_in
from hub.plugin.transport.xml import parse_xml, text_in


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed cases in the order of their serial numbers, each `<case>` as it stood in the answer."""

    cases: tuple[bytes, ...]
    last_serial: int
    more: bool


class CaseService:
    """The operations of the service. Each raises TryLater, SignInAgain or SourceGone as `SoapService` does."""

    def __init__(self, settings: SoapSettings, http: Callable[..., httpx.Client]) -> None:
        self._page_size: Final = settings.page_size
        self._service: Final = SoapService(
            settings.url,
            settings.namespace,
            http=http,
            header_name="AuthHeader",
            header={"UserName": settings.user, "Password": settings.password.get_secret_value()},
        )

    def changes(self, after_serial: int, size: int | None = None) -> Changes:
        """Up to `size` cases changed since `after_serial`; each change has a serial number of its own.

        So a case that changes twice comes twice, and nothing is skipped while the platform goes on
        writing (N66). Raises TryLater S110 where cases were counted and none is there (N65).
        """
        asked = self._page_size if size is None else size
        page = self._listed("GetChangedCases", afterSerial=str(after_serial), size=str(asked))
        if not page.rows and page.announces(("count",)):
            raise TryLater("S110")
        try:
            last = int(str(page.at(("lastSerial",)) or 0))
        except ValueError:
            raise TryLater("S104") from None
        return Changes(page.rows, max(last, after_serial), page.at(("more",)) == "1")

    def submit(self, **answer: str) -> str:
        """Writes a result back; the service's own number for it, "" where it gives none.

        Raises Refused S113 where the platform will never take it: no such case, or archived.
        """
        return self._service.tell("SubmitResult", **answer).get("ref", "")

    def numbers(self, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        """`rec_id` and update time, as the service writes them, of all cases changed in that time."""
        begin, end = (one.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") for one in (since, until))
        text = self._service.document("ListCaseIds", since=begin, until=end)
        opened(fields_in(text))
        yield from ((text_in(one), one.get("updated", "")) for one in parse_xml(text).iter("id"))

    def cases(self, numbers: Sequence[str]) -> tuple[bytes, ...]:
        """Single cases, each `<case>` as it stands now; those that are not there are left out."""
        return self._listed("GetCases", recIds=",".join(numbers)).rows

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        self._service.close()

    def _listed(self, operation: str, **arguments: str) -> Answered:
        return self._service.rows(operation, "case", within="cases", **arguments)
