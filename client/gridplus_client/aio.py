"""The hub, for departments whose software is made of coroutines. Each method is `Hub`'s, and promises the same."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx

from gridplus_client import answers, calls
from gridplus_client.answers import Answered, Contact, Evidence, Measure, Opened, Pictures, State
from gridplus_client.errors import Unavailable
from gridplus_client.inbox import AsyncInbox
from gridplus_client.messages import Message

log = logging.getLogger("gridplus_client")


class AsyncHub:
    """Speaks for the department whose `key` it has. See `Hub`."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 20.0,
        retry: calls.Retry = calls.RETRY,
        language: str = "zh",
        transport: httpx.AsyncBaseTransport | None = None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        headers = calls.headers_of(key, language)
        self._http: Final = httpx.AsyncClient(
            base_url=url, headers=headers, timeout=timeout_s, transport=transport
        )
        self._retry, self._pause = retry, pause

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Gives the connections back."""
        await self._http.aclose()

    async def pull(self, inbox: AsyncInbox, *, limit: int = 100) -> int:
        """As `Hub.pull`."""
        new, stuck, raised = 0, set[str](), list[Exception]()
        page, behind = await self.fetch(limit=limit), ""
        while page:
            for message in page:
                if message.whistle_id in stuck:
                    continue
                try:
                    new += await inbox.take(message)
                except Exception as error:  # the handler is foreign code
                    stuck.add(message.whistle_id)
                    raised.append(error)
                else:
                    await self.acknowledge([message.id])
            behind = calls.next_behind(page, limit, behind, stuck)
            page = await self.fetch(limit=limit, behind=behind) if behind else []
        if raised:
            raise ExceptionGroup("handlers failed; their messages come again", raised)
        return new

    async def run(self, inbox: AsyncInbox, *, every_s: float = 2.0, limit: int = 100) -> None:
        """As `Hub.run`; until its task is cancelled."""
        while True:
            new = 0
            try:
                new = await self.pull(inbox, limit=limit)
            except Unavailable as error:
                log.warning("hub_unavailable status=%s", error.status)
            except ExceptionGroup as group:
                log.warning("handlers_failed %s", [type(one).__name__ for one in group.exceptions])
            if not new:
                await self._pause(every_s)

    async def fetch(self, *, limit: int = 100, behind: str = "") -> list[Message]:
        """As `Hub.fetch`."""
        return calls.fetched(await self._json(calls.fetch(limit, behind)))

    async def acknowledge(self, ids: Iterable[str]) -> None:
        """As `Hub.acknowledge`."""
        for call in calls.acknowledgements(ids):
            await self._send(call)

    async def open(self, whistle: Message | str, *, purpose: str = "handle") -> Opened:
        """As `Hub.open`."""
        return answers.opened_of(await self._json(calls.open_(whistle, purpose)))

    async def pictures(self, whistle: Message | str, *, purpose: str = "handle") -> Pictures:
        """As `Hub.pictures`."""
        return answers.pictures_of(await self._json(calls.pictures(whistle, purpose)))

    async def picture(self, whistle: Message | str, picture_id: str, *, purpose: str = "handle") -> bytes:
        """As `Hub.picture`."""
        return (await self._send(calls.picture(whistle, picture_id, purpose))).content

    async def report(
        self,
        whistle: Message | str,
        move: str,
        *,
        nonce: str = "",
        reason_code: str = "",
        note: str = "",
        form: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> State:
        """As `Hub.report`."""
        said = calls.said_of(
            whistle, move, nonce=nonce, reason_code=reason_code, note=note, form=form, more=more
        )
        return answers.state_of(await self._json(calls.report(whistle, said)))

    async def attach(
        self, whistle: Message | str, content: bytes | Path, *, content_type: str = ""
    ) -> Evidence:
        """As `Hub.attach`."""
        return answers.evidence_of(await self._json(calls.evidence(whistle, content, content_type)))

    async def write(
        self, whistle: Message | str, report: str, *, template: str = "", text: str = "", nonce: str = ""
    ) -> Contact:
        """As `Hub.write`."""
        call = calls.contact(whistle, report, nonce, kind="message", template=template, text=text)
        return answers.contact_of(await self._json(call))

    async def call(self, whistle: Message | str, report: str, extension: str, *, nonce: str = "") -> Contact:
        """As `Hub.call`."""
        call = calls.contact(whistle, report, nonce, kind="call", extension=extension)
        return answers.contact_of(await self._json(call))

    async def contacts(self, whistle: Message | str) -> list[Contact]:
        """As `Hub.contacts`."""
        return answers.contacts_of(await self._json(calls.contacts(whistle)))

    async def measures(self, *, limit: int = 100) -> list[Measure]:
        """As `Hub.measures`."""
        return answers.measures_of(await self._json(calls.measures(limit)))

    async def answer(
        self, measure: Measure | str, words: str, *, nonce: str = "", version: int | None = None
    ) -> Answered:
        """As `Hub.answer`."""
        id_ = measure if isinstance(measure, str) else measure.id
        return answers.answered_of(await self._json(calls.answer(id_, words, nonce, version)))

    async def _json(self, call: calls.Call) -> Mapping[str, Any]:
        return calls.json_of(await self._send(call))

    async def _send(self, call: calls.Call) -> httpx.Response:
        rests = self._retry.rests()
        while True:
            answer: httpx.Response | None = None
            try:
                answer = await self._http.send(call.request(self._http))
            except httpx.HTTPError as error:
                rest = next(rests, None)
                if rest is None:
                    raise calls.silence(error) from error
            else:
                rest = next(rests, None) if calls.is_later(answer) else None
                if rest is None:
                    return calls.check(answer)
            await self._pause(calls.rest_of(answer, rest, self._retry.longest_s))
