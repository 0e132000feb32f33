"""The platform's exchange service: changed cases by serial number, results written back, numbers listed.

A protocol of this plugin alone. Each call carries an account in its SOAP header and answers with an XML
document inside a string: `<result><code/><message/>…</result>`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import httpx

from gridplus_urban_management.config import SoapSettings
from hub.clock import SHANGHAI
from hub.errors import BadRecord, Refused, TryLater
from hub.plugin.transport.http import call as exchange
from hub.plugin.transport.http import opened
from hub.plugin.transport.soap import Call, request_bytes, result_in
from hub.plugin.transport.xml import elements_of, local_name, parse_xml, text_in, unwrapped

_UNKNOWN_CASE: Final = frozenset({"404", "409"})
"""No such case, or archived: telling it again will not help."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed cases in the order of their serial numbers, each `<case>` as it stood in the answer."""

    cases: tuple[bytes, ...]
    last_serial: int
    more: bool


class CaseService:
    """The operations of the service. Each raises TryLater, SignInAgain or SourceGone as
    `hub.plugin.transport.http` does for what it is answered.
    """

    def __init__(self, settings: SoapSettings, http: Callable[..., httpx.Client]) -> None:
        self._settings: Final = settings
        self._http: Final = http
        self._client: httpx.Client | None = None

    def changes(self, after_serial: int, size: int | None = None) -> Changes:
        """Up to `size` cases changed since `after_serial`; each change has a serial number of its own.

        So a case that changes twice comes twice, and nothing is skipped while the platform goes on
        writing (N66). Raises TryLater S110 where cases were counted and none is there (N65).
        """
        asked = self._settings.page_size if size is None else size
        text = self._result("GetChangedCases", afterSerial=str(after_serial), size=str(asked))
        # the frame is parsed without its cases: one that is broken must not take the page with it
        before, _, rest = text.partition("<cases>")
        inside, _, behind = rest.rpartition("</cases>")
        head = _head(before + behind)
        cases = tuple(case.encode() for case in elements_of(inside, "case"))
        if not cases and _number(head, "count"):
            raise TryLater("S110")
        return Changes(cases, max(_number(head, "lastSerial"), after_serial), head.get("more") == "1")

    def submit(self, **answer: str) -> str:
        """Writes a result back; the service's own number for it, "" where it gives none.

        Raises Refused S113 where the platform will never take it.
        """
        head = _head(self._result("SubmitResult", **answer), refused=_UNKNOWN_CASE)
        return head.get("ref", "")

    def numbers(self, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
        """`rec_id` and update time, as the service writes them, of all cases changed in that time."""
        begin, end = (one.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") for one in (since, until))
        text = self._result("ListCaseIds", since=begin, until=end)
        _head(text)
        yield from ((text_in(one), one.get("updated", "")) for one in parse_xml(text).iter("id"))

    def cases(self, numbers: Sequence[str]) -> tuple[bytes, ...]:
        """Single cases, each `<case>` as it stands now; those that are not there are left out."""
        text = self._result("GetCases", recIds=",".join(numbers))
        before, _, rest = text.partition("<cases>")
        inside, _, behind = rest.rpartition("</cases>")
        _head(before + behind)
        return tuple(case.encode() for case in elements_of(inside, "case"))

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _result(self, operation: str, **arguments: str) -> str:
        """The document inside the answer's string, bare of all further escaping."""
        asked = Call(
            operation=operation,
            namespace=self._settings.namespace,
            arguments=arguments,
            header_name="AuthHeader",
            header={"UserName": self._settings.user, "Password": self._settings.password.get_secret_value()},
        )
        self._client = self._client or self._http()
        reply = exchange(
            self._client, "POST", self._settings.url, headers=asked.headers, content=request_bytes(asked)
        )
        try:
            return unwrapped(result_in(reply.content, operation))
        except BadRecord:
            raise TryLater("S104") from None


def _head(text: str, refused: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """The fields of `<result>` beside its cases, once its code says that all is well (N67)."""
    try:
        head = {local_name(one): text_in(one) for one in parse_xml(text)}
    except BadRecord:
        raise TryLater("S104") from None
    if head.get("code") in refused:
        raise Refused("S113")
    opened(head)
    return head


def _number(head: Mapping[str, str], name: str) -> int:
    try:
        return int(head.get(name) or 0)
    except ValueError:
        raise TryLater("S104") from None
