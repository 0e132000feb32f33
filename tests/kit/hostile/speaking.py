"""Adapters that understand records wrongly: which report it is, its words, its place, its times, its state."""

import html
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from hub.errors import BadRecord
from hub.model import Arrival, Code, Crs, Draft, Position, Stage, Urgency
from hub.plugin import Body
from hub.plugin.points import point_of
from tests.kit.hostile.plain import LISTED, Listing, Row, SampleSource, understood, with_adapter

_SERIAL: Final = count()
_LONG_AGO: Final = datetime(2025, 1, 1, tzinfo=UTC)
_BOX: Final = (120.845, 120.855, 31.999, 32.004)


class _Counting(SampleSource):
    """Says something else each time that it is asked."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        return [replace(one, title=f"{one.title}{next(_SERIAL)}") for one in super().normalise(body, arrival)]


def _numbered_anew(draft: Draft, _: Any) -> Draft:
    return replace(draft, source_ref=f"{draft.source_ref}-{next(_SERIAL)}")


def _every_other(draft: Draft, _: Any) -> Draft:
    if int(draft.source_ref[-1]) % 2:
        raise BadRecord("R202")
    return draft


def _updates_only_after(draft: Draft, row: Any) -> Draft:
    if row["updateTime"][:16] > row["reportTime"][:14] + "50":
        raise BadRecord("R202")
    return draft


def _nothing_old(draft: Draft, _: Any) -> Draft:
    if draft.occurred_at and draft.occurred_at < _LONG_AGO:
        raise BadRecord("R202")
    return draft


def _backwards(draft: Draft, row: Any) -> Draft:
    return replace(draft, version="".join(str(9 - int(one)) for one in row["updateTime"] if one.isdigit()))


class _Unnumbered(SampleSource):
    """Gives a number to what has none, always the same."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        return super().normalise(
            replace(body, content=body.content.replace(b'"eventNo":""', b'"eventNo":"0"')), arrival
        )


def _words(change: Any) -> Any:
    return understood(
        lambda draft, _: replace(draft, title=change(draft.title), content=change(draft.content))
    )


def _placed(change: Any) -> Any:
    return understood(lambda draft, row: replace(draft, position=change(draft.position, row)))


def _clamped(at: Position | None, _: Any) -> Position | None:
    west, east, south, north = _BOX
    return at and replace(at, x=min(max(at.x, west), east), y=min(max(at.y, south), north))


def _unswapped(at: Position | None, _: Any) -> Position | None:
    return replace(at, x=at.y, y=at.x) if at and at.x < at.y else at


def _floats(_: Any, row: Any) -> Position | None:
    try:
        return Position(
            float(row["lng"]), float(row["lat"]), Crs.CGCS2000, decimals=len(row["lng"].partition(".")[2])
        )
    except ValueError:
        return None


def _later(draft: Draft, hours: int) -> Draft:
    moments = (draft.occurred_at, draft.reported_at)
    first, second = (one and one + timedelta(hours=hours) for one in moments)
    return replace(draft, occurred_at=first, reported_at=second)


def _of_this_machine(draft: Draft, row: Any) -> Draft:
    naive = datetime.fromisoformat(row["occurTime"])
    return replace(draft, occurred_at=naive.astimezone(UTC))


def _not_later(draft: Draft, _: Any) -> Draft:
    now = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
    moments = (draft.occurred_at, draft.reported_at)
    first, second = (one and min(one, now) for one in moments)
    return replace(draft, occurred_at=first, reported_at=second, flags=())


def _any_date(draft: Draft, row: Any) -> Draft:
    return replace(draft, occurred_at=datetime.fromisoformat(row["occurTime"] + "+08:00"))


def _in_order(draft: Draft, _: Any) -> Draft:
    if not draft.occurred_at or not draft.reported_at:
        return draft
    first, second = sorted((draft.occurred_at, draft.reported_at))
    return replace(draft, occurred_at=first, reported_at=second, flags=())


def _known_code(draft: Draft, _: Any) -> Draft:
    return replace(draft, category=Code(draft.category.table, "0101"))


def _guessed_state(draft: Draft, row: Any) -> Draft:
    return replace(draft, stage={"待处置": Stage.DISPATCHED}.get(row["status"], Stage.CLOSED))


def _going_on(draft: Draft, _: Any) -> Draft:
    return replace(draft, stage=Stage.DISPATCHED if draft.stage is Stage.CANCELLED else draft.stage)


def _anew_when_reopened(draft: Draft, _: Any) -> Draft:
    return replace(draft, source_ref=f"{draft.source_ref}R") if draft.stage is Stage.REOPENED else draft


def _phone_in_words(draft: Draft, _: Any) -> Draft:
    return replace(draft, content=f"{draft.content} {draft.requester.phone if draft.requester else ''}")


class _Open(Listing):
    """Forgets who asked for secrecy."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        return [replace(one, secret=False) for one in super().normalise(body, arrival)]


# --- bytes


class _Careless(SampleSource):
    """Reads records as if each were good."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        json.loads(body.content)
        return super().normalise(body, arrival)


class _OfNumbers(SampleSource):
    """Takes a text for a number."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        drafts = super().normalise(body, arrival)
        float(json.loads(body.content)["lng"] or 0)
        return drafts


class _Slow(SampleSource):
    """Takes its time with long values."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        began = time.thread_time()
        while len(body.content) > 100_000 and time.thread_time() - began < 1.3:
            pass
        return super().normalise(body, arrival)


class _Copying(SampleSource):
    """Needs a record many times over."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        copies = [bytearray(body.content) for _ in range(12)]
        return super().normalise(Body(bytes(copies[0]), body.kind), arrival)


class _NoMark(SampleSource):
    """Knows no byte-order mark."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:
        if not body.content.startswith(b"{"):
            raise BadRecord("R102")
        return super().normalise(body, arrival)


class _Raw(SampleSource):
    """Takes words as they come."""

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  it looks at no clock
        try:
            row = json.loads(body.content.decode("utf-8", "replace"), strict=False)
        except ValueError:
            raise BadRecord("R102") from None
        if not isinstance(row, dict) or not isinstance(row.get("eventNo"), str) or not row["eventNo"]:
            raise BadRecord("R102")
        return [
            Draft(source_ref=row["eventNo"], category=Code("t", "1"), content=str(row.get("content", "")))
        ]


ROWS: Final = (
    Row("reads-all", understood(_every_other), "lost"),
    Row("becomes-an-event", understood(lambda draft, _: replace(draft, source_ref="")), "refused"),
    Row("pure", with_adapter(_Counting), "differs"),
    Row("resend", understood(_numbered_anew), "other"),
    Row("changed", understood(lambda draft, _: replace(draft, source_ref=str(len(draft.content)))), "other"),
    Row("order-of-revisions", understood(_backwards), "order"),
    Row("reordered", understood(_updates_only_after), "lost"),
    Row("no-number", with_adapter(_Unnumbered), "same"),
    Row(
        "numbers-apart", understood(lambda draft, _: replace(draft, source_ref=draft.source_ref[-6:])), "same"
    ),
    Row("tidy-number", understood(lambda draft, row: replace(draft, source_ref=row["eventNo"])), "other"),
    Row("back-fill", understood(_nothing_old), "lost"),
    Row("long-text", _words(lambda words: words[:1000]), "cut"),
    Row("rare-characters", _words(lambda words: words.encode("gbk", "ignore").decode("gbk")), "changed"),
    Row("emoji", _words(lambda words: "".join(one for one in words if ord(one) < 0x1F000)), "changed"),
    Row("markup", _words(html.escape), "changed"),
    Row("lines", _words(lambda words: words.splitlines()[0] if words else ""), "cut"),
    Row("cut-off", with_adapter(_Careless), "crashed"),
    Row("noise", with_adapter(_Careless), "crashed"),
    Row("odd-values", with_adapter(_OfNumbers), "crashed"),
    Row("long-values", with_adapter(_Slow), "slow"),
    Row("too-deep", with_adapter(_Careless), "crashed"),
    Row("large-record", with_adapter(_Copying), "memory"),
    Row("byte-order-mark", with_adapter(_NoMark), "other"),
    Row("control-characters", with_adapter(_Raw), "kept"),
    Row("mojibake", with_adapter(_Raw), "kept"),
    Row("gb18030-bytes", with_adapter(_Raw), "kept"),
    Row("place-true", _placed(lambda at, _: at and replace(at, crs=Crs.GCJ02)), "off"),
    Row("two-decimals", _placed(lambda at, _: at and replace(at, decimals=6)), "precise"),
    Row("no-place", _placed(lambda at, _: at or point_of("120.85", "32.0", Crs.CGCS2000)), "made-up"),
    Row("zero-place", _placed(_floats), "made-up"),
    Row("far-place", _placed(_clamped), "moved"),
    Row("swapped-place", _placed(_unswapped), "guessed"),
    Row("zone", understood(lambda draft, _: _later(draft, 8)), "shifted"),
    Row("any-machine", understood(_of_this_machine), "local"),
    Row("clock-ahead", understood(_not_later), "moved"),
    Row("no-date", understood(_any_date), "believed"),
    Row("times-in-disorder", understood(_in_order), "moved"),
    Row("unknown-code", understood(_known_code), "other"),
    Row("unknown-status", understood(_guessed_state), "guessed"),
    Row("cancelled", understood(_going_on), "goes-on"),
    Row("closed-and-reopened", understood(_anew_when_reopened), "other"),
    Row("urgency", understood(lambda draft, _: replace(draft, urgency=Urgency.ROUTINE)), "routine"),
    Row("secret", replace(LISTED, make=_Open), "open", LISTED),
    Row("requester", understood(_phone_in_words), "spread"),
)
