"""Other ways to fail the same checks: a check that gives several reasons gives each of them to somebody."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Final

from hub.errors import BadRecord, HubError, PeerRefused, TryLater
from hub.model import Arrival, Code, Draft, Stage, Urgency
from hub.plugin import (
    AdapterEntry,
    Admitted,
    Answer,
    Body,
    Listed,
    Page,
    PeerReply,
    PeerRequest,
    Receipt,
    Received,
    Tools,
)
from tests.kit.hostile.keeping import LET_GO
from tests.kit.hostile.plain import (
    FOLDER,
    LISTED,
    PATH,
    PLAIN,
    Listing,
    Row,
    SampleSource,
    SampleSourceConfig,
    understood,
    with_adapter,
)
from tests.kit.hostile.pushed import ARCHIVED, PUSHED, Pushed, pushed

_SERIAL: Final = count()
_FORGED: Final = PeerReply(401)


# --- what is said


def without(unwanted: Callable[[Any], bool]) -> AdapterEntry:
    """The good plugin, but rows of one sort are thrown away before they are records."""

    class Hostile(SampleSource):
        def read(self, cursor: str) -> Page:
            page = super().read(cursor)
            kept = [one for one in page.bodies if not unwanted(json.loads(one.content))]
            return replace(page, bodies=tuple(kept))

    return with_adapter(Hostile)


class _Nameless(SampleSource):
    """Takes a record without a number for one with an empty number."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        if b'"eventNo":""' not in body.content:
            return super().normalise(body, arrival)
        named = replace(body, content=body.content.replace(b'"eventNo":""', b'"eventNo":"1"'))
        return [replace(one, source_ref="") for one in super().normalise(named, arrival)]


def _stage(of: Stage, by: Stage) -> AdapterEntry:
    return understood(lambda draft, _: replace(draft, stage=by if draft.stage is of else draft.stage))


def _person(**changes: Any) -> AdapterEntry:
    return understood(
        lambda draft, _: replace(draft, requester=draft.requester and replace(draft.requester, **changes))
    )


def _unread(draft: Draft, _: Any) -> Draft:
    raise BadRecord("R202")


def _samples(*kept: str) -> Path:
    """A folder with some of the good plugin's samples."""
    made = Path(FOLDER.name) / f"samples-{'-'.join(kept)}"
    made.mkdir(exist_ok=True)
    for name in kept:
        for one in (PLAIN.samples or Path()).glob(f"{name}*"):
            (made / one.name).write_bytes(one.read_bytes())
    return made


def _happened_before_told(draft: Draft, _: Any) -> Draft:
    first = draft.occurred_at and draft.reported_at and min(draft.occurred_at, draft.reported_at)
    return replace(draft, occurred_at=first, flags=())


class _OutOfNothing(SampleSource):
    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        return page if page.bodies else replace(page, bodies=(Body(b"{}", "event"),))


# --- what is kept


class _InOnePage(SampleSource):
    def read(self, cursor: str) -> Page:
        page = super().read(cursor)
        while page.more:
            further = super().read(page.cursor)
            page = replace(further, bodies=(*page.bodies, *further.bodies))
        return page


_EVERY_RECORD: Final[list[bytes]] = []


class _HoardingForAll(SampleSource):
    """Keeps what came where all adapters of its module share it."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        _EVERY_RECORD.append(body.content)
        return super().normalise(body, arrival)


class _LongCursor(SampleSource):
    def read(self, cursor: str) -> Page:
        before, _, known = cursor.partition("\n")
        page = super().read(before)
        return replace(page, cursor=f"{page.cursor}\n{known}{'x' * 60 * len(page.bodies)}")


class _OpenClient(SampleSource):
    def __init__(self, config: SampleSourceConfig, tools: Tools) -> None:
        super().__init__(config, tools)
        self._other = tools.http()


class _Hanging(SampleSource):
    def check(self) -> None:
        LET_GO.wait(60.0)


def _key_of(source: SampleSource) -> str:
    return str(source.config.api_key.get_secret_value())


class _KeyInAddress(SampleSource):
    def check(self) -> None:
        self.ask("GET", PATH, params={"key": _key_of(self), "since": "9999", "size": "1"})


class _KeyOnDisk(SampleSource):
    def check(self) -> None:
        (Path(self.tools.place) / "key").write_text(_key_of(self), "utf-8")
        super().check()


class _KeyInName(SampleSource):
    def __repr__(self) -> str:
        return f"SampleSource({_key_of(self)})"


class _KeyInError(SampleSource):
    def check(self) -> None:
        try:
            super().check()
        except TryLater:
            raise TryLater("S102", status=_key_of(self)) from None


# --- what is told and listed


class _ToAnother(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        return super().tell(replace(answer, source_ref="ANOTHER"))


class _ForEver(SampleSource):
    def tell(self, answer: Answer) -> Receipt:
        try:
            return super().tell(answer)
        except HubError:
            raise TryLater("S102") from None


class _TwiceListed(Listing):
    def inventory(self, since: datetime, until: datetime) -> Iterator[Listed]:
        for one in super().inventory(since, until):
            yield from (one, one)


class _NothingFetched(Listing):
    def fetch(self, refs: Sequence[str]) -> Iterator[Body]:  # noqa: ARG002  that is what is wrong with it
        yield from ()


# --- the door


class _KeptAllTheSame(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        try:
            return super().receive(request)
        except PeerRefused:
            return Received((Body(request.body, "alarm"),), _FORGED)


class _ThankingStrangers(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        try:
            return super().receive(request)
        except PeerRefused as error:
            raise PeerRefused(error.code, status=200) from None


class _AlwaysBusy(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        return replace(super().receive(request), reply=PeerReply(503))


class _NamingValues(Pushed):
    def admit(self, body: Body) -> Admitted:
        return replace(super().admit(body), dropped=(body.content.decode("utf-8", "replace"),))


class _ClumsyWithArchives(Pushed):
    def receive(self, request: PeerRequest) -> Received:
        assert len(request.body) < 100_000
        return super().receive(request)


ROWS: Final = (
    Row("named", replace(PLAIN, title="Lamps"), "title"),
    Row("skips-named", replace(PLAIN, skips={"memory": "later"}), "unsaid"),
    Row("samples-hold", replace(PLAIN, samples=None), "none"),
    Row("samples-hold", replace(PLAIN, samples=_samples("02", "03")), "no-good-one"),
    Row("samples-hold", replace(PLAIN, samples=_samples("01")), "no-bad-one"),
    Row("reads-all", understood(_unread), "nothing"),
    Row(
        "resend",
        understood(lambda draft, _: replace(draft, title=f"{draft.title}{next(_SERIAL)}")),
        "revised",
    ),
    Row("no-number", with_adapter(_Nameless), "empty"),
    Row("empty-page", with_adapter(_OutOfNothing), "something"),
    Row(
        "control-characters", understood(lambda draft, _: replace(draft, title=f"{draft.title}\x1b")), "kept"
    ),
    Row("no-place", without(lambda row: not row["lng"]), "lost"),
    Row("far-place", without(lambda row: row["lat"].startswith("39")), "lost"),
    Row("swapped-place", without(lambda row: row["lng"].startswith("32")), "lost"),
    Row("clock-ahead", without(lambda row: row["occurTime"] > row["updateTime"]), "lost"),
    Row("no-date", without(lambda row: row["occurTime"] < "2000"), "lost"),
    Row("times-in-disorder", without(lambda row: row["occurTime"] > row["reportTime"]), "lost"),
    Row("times-in-disorder", understood(_happened_before_told), "moved"),
    Row("unknown-code", without(lambda row: not row["typeCode"].isdigit()), "lost"),
    Row(
        "unknown-code",
        understood(lambda draft, _: replace(draft, category=Code("cg-2015", "0406"))),
        "mapped",
    ),
    Row(
        "unknown-status",
        understood(lambda draft, _: replace(draft, status_raw=draft.status_raw[:3])),
        "dropped",
    ),
    Row("cancelled", without(lambda row: row["status"] == "已作废"), "lost"),
    Row("closed-and-reopened", _stage(Stage.CLOSED, Stage.DISPATCHED), "open"),
    Row("closed-and-reopened", _stage(Stage.REOPENED, Stage.CLOSED), "closed"),
    Row("urgency", understood(lambda draft, _: replace(draft, urgency=Urgency.CRITICAL)), "alarm"),
    Row("requester", _person(phone="13800000001"), "phone"),
    Row("requester", _person(name="另一人"), "name"),
    Row("fields-declared", replace(PLAIN, declares={}), "nothing"),
    Row("fields-declared", replace(PLAIN, declares={**PLAIN.declares, "lng": "open"}), "kind"),
    Row("memory", with_adapter(_InOnePage), "page"),
    Row("memory", with_adapter(_LongCursor), "cursor"),
    Row("memory", with_adapter(_HoardingForAll), "grows"),
    Row("nothing-left", with_adapter(_OpenClient), "client"),
    Row("secrets-stay", with_adapter(_KeyInAddress), "address"),
    Row("secrets-stay", with_adapter(_KeyOnDisk), "file"),
    Row("secrets-stay", with_adapter(_KeyInName), "mark"),
    Row("secrets-stay", with_adapter(_KeyInError), "error"),
    Row("stops-in-time", with_adapter(_Hanging), "hangs"),
    Row("tells-as-offered", replace(PUSHED, cannot_tell=False), "cannot", PUSHED),
    Row("told", with_adapter(_ToAnother), "other"),
    Row("told", understood(_unread), "nothing"),
    Row("told-refused", with_adapter(_ForEver), "again"),
    Row("inventory-whole", replace(LISTED, make=_TwiceListed), "twice", LISTED),
    Row("fetched", replace(LISTED, make=_NothingFetched), "nothing", LISTED),
    Row("door-stranger", pushed(_KeptAllTheSame), "kept", PUSHED),
    Row("door-stranger", pushed(_ThankingStrangers), "thanked", PUSHED),
    Row("door-failure-said", pushed(_AlwaysBusy), "same", PUSHED),
    Row("ingress-is-a-list", pushed(_NamingValues), "named", PUSHED),
    Row("archive-bomb", replace(ARCHIVED, make=_ClumsyWithArchives), "crashed", ARCHIVED),
)
