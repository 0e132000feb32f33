"""The hub, for departments whose software waits for answers. `AsyncHub` is the same for coroutines."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

import httpx

from gridplus_client import answers, calls
from gridplus_client.answers import Answered, Contact, Evidence, Measure, Opened, Pictures, State
from gridplus_client.errors import Unavailable
from gridplus_client.inbox import Inbox
from gridplus_client.messages import Message

log = logging.getLogger("gridplus_client")


class Hub:
    """Speaks for the department whose `key` it has. May be shared by threads.

    Every call is sent again where the hub is silent or says "later" (5xx, 408, 425, 429): nothing is taken twice.
    Raises Refused for what the hub will not take, Unavailable where no try went through.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_s: float = 20.0,
        retry: calls.Retry = calls.RETRY,
        language: str = "zh",
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """`language`: of refusals, `zh` or `en`. `transport`: httpx's own, for proxies, certificates or tests."""
        headers = calls.headers_of(key, language)
        self._http: Final = httpx.Client(
            base_url=url, headers=headers, timeout=timeout_s, transport=transport
        )
        self._retry, self._pause = retry, pause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the connections back."""
        self._http.close()

    # -- receiving -----------------------------------------------------------------------------------

    def pull(self, inbox: Inbox, *, limit: int = 100) -> int:
        """Fetches what waits and has it handled, acknowledging each message behind its handler; how much was new.

        A message whose handler raises is not acknowledged and comes again, and so do later ones of the same whistle;
        those of other whistles go on, also where a whole page of the oldest is stuck. Then all that was raised is raised as one ExceptionGroup.
        """
        new, stuck, raised = 0, set[str](), list[Exception]()
        page, behind = self.fetch(limit=limit), ""
        while page:
            for message in page:
                if message.whistle_id in stuck:
                    continue
                try:
                    new += inbox.take(message)
                except Exception as error:  # the handler is foreign code
                    stuck.add(message.whistle_id)
                    raised.append(error)
                else:
                    self.acknowledge([message.id])
            behind = calls.next_behind(page, limit, behind, stuck)
            page = self.fetch(limit=limit, behind=behind) if behind else []
        if raised:
            raise ExceptionGroup("handlers failed; their messages come again", raised)
        return new

    def run(
        self, inbox: Inbox, *, every_s: float = 2.0, limit: int = 100, stop: threading.Event | None = None
    ) -> None:
        """Pulls until `stop`. A hub that is away and handlers that fail are logged, and tried again; raises Refused,
        for instance KeyRefused."""
        stop = stop or threading.Event()
        while not stop.is_set():
            new = 0
            try:
                new = self.pull(inbox, limit=limit)
            except Unavailable as error:
                log.warning("hub_unavailable status=%s", error.status)
            except ExceptionGroup as group:
                log.warning("handlers_failed %s", [type(one).__name__ for one in group.exceptions])
            if not new:
                stop.wait(every_s)

    def fetch(self, *, limit: int = 100, behind: str = "") -> list[Message]:
        """What waits for us, oldest first; the same again until it is acknowledged. `behind`: the id of a message, for
        what follows it."""
        return calls.fetched(self._json(calls.fetch(limit, behind)))

    def acknowledge(self, ids: Iterable[str]) -> None:
        """Says that these messages are stored on our side."""
        for call in calls.acknowledgements(ids):
            self._send(call)

    # -- opening -------------------------------------------------------------------------------------

    def open(self, whistle: Message | str, *, purpose: str = "handle") -> Opened:
        """The matter and its reports as we may see them now; for `callback`, who wants to be called back."""
        return answers.opened_of(self._json(calls.open_(whistle, purpose)))

    def pictures(self, whistle: Message | str, *, purpose: str = "handle") -> Pictures:
        """The pictures that were released to us by now."""
        return answers.pictures_of(self._json(calls.pictures(whistle, purpose)))

    def picture(self, whistle: Message | str, picture_id: str, *, purpose: str = "handle") -> bytes:
        """One of them: a JPEG."""
        return self._send(calls.picture(whistle, picture_id, purpose)).content

    # -- reporting in --------------------------------------------------------------------------------

    def report(
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
        """报到: the whistle after it. Raises Refused, and the hub has changed nothing then.

        `nonce` empty: `nonce_of(whistle, move)`, the same whenever this is said of this message, so that a handler
        that runs again says the same again. Hand in the message: after a second call its id is another.
        """
        said = calls.said_of(
            whistle, move, nonce=nonce, reason_code=reason_code, note=note, form=form, more=more
        )
        return answers.state_of(self._json(calls.report(whistle, said)))

    def attach(self, whistle: Message | str, content: bytes | Path, *, content_type: str = "") -> Evidence:
        """A file of ours, for instance a photo of the place, as the hub has taken it."""
        return answers.evidence_of(self._json(calls.evidence(whistle, content, content_type)))

    # -- contacting a resident -----------------------------------------------------------------------

    def write(
        self, whistle: Message | str, report: str, *, template: str = "", text: str = "", nonce: str = ""
    ) -> Contact:
        """代发: a message to who told `report` (an id out of `open`), by one of the pack's templates or in our own words;
        no number is shown to us. `nonce` empty: a new one for each call; the same one writes nothing twice."""
        call = calls.contact(whistle, report, nonce, kind="message", template=template, text=text)
        return answers.contact_of(self._json(call))

    def call(self, whistle: Message | str, report: str, extension: str, *, nonce: str = "") -> Contact:
        """代拨: connects `extension`, the label of a telephone of ours on the roster of the day, with who told `report`."""
        call = calls.contact(whistle, report, nonce, kind="call", extension=extension)
        return answers.contact_of(self._json(call))

    def contacts(self, whistle: Message | str) -> list[Contact]:
        """Whom we contacted for the whistle, and what became of it; the newest first."""
        return answers.contacts_of(self._json(calls.contacts(whistle)))

    # -- supervision ---------------------------------------------------------------------------------

    def measures(self, *, limit: int = 100) -> list[Measure]:
        """督办: what we have to answer for, newest first."""
        return answers.measures_of(self._json(calls.measures(limit)))

    def answer(
        self, measure: Measure | str, words: str, *, nonce: str = "", version: int | None = None
    ) -> Answered:
        """Answers one of them; until it is closed, a later answer takes the earlier one's place.

        `nonce` empty: a new one for each call. `version`: which one we saw; the hub refuses where it was moved since.
        """
        id_ = measure if isinstance(measure, str) else measure.id
        return answers.answered_of(self._json(calls.answer(id_, words, nonce, version)))

    # -- sending -------------------------------------------------------------------------------------

    def _json(self, call: calls.Call) -> Mapping[str, Any]:
        return calls.json_of(self._send(call))

    def _send(self, call: calls.Call) -> httpx.Response:
        rests = self._retry.rests()
        while True:
            answer: httpx.Response | None = None
            try:
                answer = self._http.send(call.request(self._http))
            except httpx.HTTPError as error:
                rest = next(rests, None)
                if rest is None:
                    raise calls.silence(error) from error
            else:
                rest = next(rests, None) if calls.is_later(answer) else None
                if rest is None:
                    return calls.check(answer)
            self._pause(calls.rest_of(answer, rest, self._retry.longest_s))
