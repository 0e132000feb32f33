"""One service of a source over SOAP 1.1: what its operations answer, once the envelope and the errors inside are off.

Each answer is a string that holds an XML document, `<result><code/><message/>…</result>`, whatever the stack wraps around
it. No retry lives here. Rules: domain.md N30 (charsets that lie, CDATA, escaping), N65, N67.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

import httpx

from hub.errors import BadRecord, Refused, SignInAgain, SourceGone, TryLater
from hub.plugin.transport.http import call, opened
from hub.plugin.transport.paging import Answered
from hub.plugin.transport.soap import Call, request_bytes, result_in
from hub.plugin.transport.xml import elements_of, local_name, parse_xml, text_in, unwrapped

_FAULT: Final = 500
"""The status with which faults travel (SOAP 1.1, 6.2)."""

_NEVER: Final = frozenset({"404", "409"})
"""No such number, or archived."""


class SoapService:
    """The operations of a service. Each raises TryLater, SignInAgain or SourceGone, as `hub.plugin.transport.http` and
    `soap.result_in` do for what is answered. Opens nothing before the first question."""

    def __init__(
        self,
        url: str,
        namespace: str,
        *,
        http: Callable[..., httpx.Client],
        header_name: str = "",
        header: Mapping[str, str] | None = None,
    ) -> None:
        """`header` are the fields of the one header block, mostly an account."""
        self._url, self._namespace, self._http = url, namespace, http
        self._header_name, self._header = header_name, header or {}
        self._client: httpx.Client | None = None

    def document(self, operation: str, **arguments: str) -> str:
        """The document inside the answer's string, bare of all further escaping."""
        asked = Call(
            operation=operation,
            namespace=self._namespace,
            arguments=arguments,
            header_name=self._header_name,
            header=self._header,
        )
        self._client = self._client or self._http()
        reply = call(
            self._client,
            "POST",
            self._url,
            headers=asked.headers,
            content=request_bytes(asked),
            answers=(_FAULT,),
        )
        try:
            return unwrapped(result_in(reply.content, operation))
        except BadRecord:
            raise TryLater("S104") from None
        except (SignInAgain, SourceGone):
            raise
        except TryLater:
            if reply.status == _FAULT:
                raise TryLater("S102", status=_FAULT) from None
            raise

    def ask(self, operation: str, **arguments: str) -> Mapping[str, str]:
        """The fields of the answer, once its code says that all is well (N67)."""
        return opened(fields_in(self.document(operation, **arguments)))

    def tell(self, operation: str, **arguments: str) -> Mapping[str, str]:
        """The same for something told. Raises Refused S113 where telling it again will not help."""
        found = fields_in(self.document(operation, **arguments))
        if found.get("code") in _NEVER:
            raise Refused("S113")
        return opened(found)

    def rows(self, operation: str, row: str, *, within: str, **arguments: str) -> Answered:
        """The elements `row` inside the element `within`, each as it stands there, and the fields beside them."""
        text = self.document(operation, **arguments)
        # the frame is parsed without its rows: one that is broken must not take the page with it
        before, _, rest = text.partition(f"<{within}>")
        inside, _, behind = rest.rpartition(f"</{within}>")
        said = opened(fields_in(before + behind))
        return Answered(tuple(one.encode() for one in elements_of(inside, row)), said)

    def elements(self, operation: str, element: str, **arguments: str) -> Iterator[Element]:
        """The elements of that name in the answer, wherever they stand, once its code says that all is well."""
        text = self.document(operation, **arguments)
        opened(fields_in(text))
        return parse_xml(text).iter(element)

    def close(self) -> None:
        """Gives the connections back; may be called twice."""
        client, self._client = self._client, None
        if client is not None:
            client.close()


def fields_in(text: str) -> Mapping[str, str]:
    """The elements of a result document by name; raises TryLater S104 where it is none."""
    try:
        return {local_name(one): text_in(one) for one in parse_xml(text)}
    except BadRecord:
        raise TryLater("S104") from None
