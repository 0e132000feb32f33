"""Bytes that are no record, or no longer one: each ends as reports, held or dead, soon and in little memory.

Bodies are the plugin's own, taken from its simulator and spoilt. Rules: domain.md N18, N21, N29, N30, N70.
"""

import time
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from hub.kit.bodies import Form, charset_of, cut, form_of, noisy, replaced, values_in, with_value
from hub.kit.desk import Desk
from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.story import Told
from hub.kit.subject import WORDS, Subject, demand
from hub.model import Draft
from hub.plugin import Body
from hub.plugin.text import is_mojibake

Made = TypeVar("Made")
_CPU_S: Final = 1.0
_MEMORY_BYTES: Final = 100 << 20
_KINDS: Final = 3
"""So many sorts of body are spoilt, one of each."""
_MANY: Final = 40
_ODD_JSON: Final = (
    *(b"NaN", b"-Infinity", b"1e999", b"null", b"true", b"[]", b"{}", b'[{"a":[1,{}]}]', b'""', b"-1"),
    *(b"9" * 5000, b'"\\ud83d"', b'"\\u0000"', b"0.1e-999", b'"' + b"9" * 400 + b'"'),
)
_ODD: Final = (
    b"",
    b"NaN",
    b"-1",
    b"9" * 5000,
    b"0x1F",
    b"\x00\x0b",
    b"&nbsp;",
    b"\xff\xfe",
    "无".encode(),
    b'"',
    b"1e999",
)
_LONG: Final = (
    b"9" * 200_000,
    b" " * 200_000,
    b"(" * 200_000,
    b"2026-03-10 " * 20_000,
    "北".encode() * 60_000,
    b"a1" * 100_000,
)
"""What makes a careless pattern run for hours."""
_DEEP: Final = 20_000
_CONTROL: Final = "第一\x00句\x0b第二\x1b句"
_MOJIBAKE: Final = "青石路十八号门前井盖破损".encode().decode("gb18030", "replace")


@check("cut-off", Level.BRONZE, "a record that is cut off anywhere stops nothing")
def cut_off(subject: Subject) -> None:
    with captured(subject) as (desk, bodies):
        for body in bodies:
            end(desk, body, cut(body.content))


@check("noise", Level.BRONZE, "noise in a record, or instead of one, stops nothing")
def noise(subject: Subject) -> None:
    with captured(subject) as (desk, bodies):
        for body in bodies:
            end(desk, body, noisy(body.content))


@check(
    "odd-values", Level.BRONZE, "NaN, lists, huge numbers and nothing in the place of any value stop nothing"
)
def odd_values(subject: Subject) -> None:
    with captured(subject) as (desk, bodies):
        for body in bodies:
            odd = _ODD_JSON if form_of(body.content) is Form.JSON else _ODD
            for value in values_in(body.content)[:_MANY]:
                end(desk, body, (with_value(body, value, words).content for words in odd))


@check("long-values", Level.BRONZE, "a value of 200,000 characters costs no second")
def long_values(subject: Subject) -> None:
    with captured(subject) as (desk, bodies):
        for body in bodies:
            quote = b'"' if form_of(body.content) is Form.JSON else b""
            for value in values_in(body.content)[:_MANY]:
                end(desk, body, (with_value(body, value, quote + words + quote).content for words in _LONG))


@check("too-deep", Level.BRONZE, "a record nested twenty thousand deep stops nothing")
def too_deep(subject: Subject) -> None:
    with captured(subject) as (desk, bodies), memory():
        for body in bodies:
            inside = [with_value(body, value, _nest(body)).content for value in values_in(body.content)[:3]]
            end(desk, body, (_nest(body), *inside))


@check("large-record", Level.BRONZE, "a record of 16 MB costs less than 100 MB")
def large_record(subject: Subject) -> None:
    with captured(subject) as (desk, bodies), memory():
        for body in bodies:
            large = b"9" * (16 << 20)
            values = values_in(body.content)[:1]
            inside = [with_value(body, value, b'"' + large + b'"').content for value in values]
            end(desk, body, (body.content + b" " * (16 << 20), *inside), cpu_s=4 * _CPU_S)


@check("byte-order-mark", Level.BRONZE, "a byte-order mark before a record changes nothing")
def byte_order_mark(subject: Subject) -> None:
    with captured(subject, Form.JSON, Form.XML) as (desk, bodies):
        for body in bodies:
            if charset_of(body.content) != "utf-8":
                continue  # the mark is one of UTF-8
            plain = desk.judged(body)
            marked = desk.judged(replace(body, content=b"\xef\xbb\xbf" + body.content))
            demand(
                marked.drafts == plain.drafts,
                "other",
                "a record behind a byte-order mark says something else",
            )


@check("control-characters", Level.SILVER, "control characters do not get into the words of a report")
def control_characters(subject: Subject) -> None:
    for draft in subject.story(subject.says(content=_CONTROL, title=_CONTROL)).drafts:
        told = f"{draft.source_ref}{draft.title}{draft.content}{draft.address}"
        demand(not any(one in told for one in "\x00\x0b\x1b"), "kept", "control characters stand in a report")


@check("mojibake", Level.SILVER, "broken words never become the words of a report")
def mojibake(subject: Subject) -> None:
    with subject.at_desk(subject.says(content=_MOJIBAKE)) as desk:
        _sound(desk.run().drafts)
    with captured(subject, Form.JSON, Form.XML) as (desk, bodies):
        for body in bodies:
            for broken in _misread(body):
                _sound(_drafts(desk.judged(broken)))


@check("gb18030-bytes", Level.SILVER, "GB18030 bytes under any label become the right words, or none")
def gb18030_bytes(subject: Subject) -> None:
    with captured(subject, Form.JSON, Form.XML) as (desk, bodies):
        for body in bodies:
            if charset_of(body.content) != "utf-8":
                continue  # it is in GB18030 already
            plain, other = desk.judged(body), body.content.decode("utf-8").encode("gb18030")
            changed = desk.judged(replace(body, content=other))
            _sound(_drafts(changed))
            demand(
                not changed.drafts or changed.drafts == plain.drafts,
                "other",
                "the same words in GB18030 become other ones",
            )


# --- spoiling, and what may come of it


@contextmanager
def captured(subject: Subject, *forms: Form) -> Iterator[tuple[Desk, list[Body]]]:
    """A desk, and one body of each kind as its system sends it; of these forms alone, where any are named."""
    with subject.at_desk(*(subject.says(number) for number in range(1, 13))) as desk:
        bodies = one_of_each(desk.run().told, forms)
        if not bodies:
            raise NotApplicable(
                f"no body of its system is {' or '.join(forms)}" if forms else "nothing comes of its system"
            )
        yield desk, bodies


def one_of_each(told: Iterable[Told], forms: tuple[Form, ...]) -> list[Body]:
    found: dict[str, Body] = {}
    for one in told:
        if one.drafts and (not forms or form_of(one.sent.content) in forms):
            found.setdefault(one.sent.kind, one.sent)
    return list(found.values())[:_KINDS]


def end(desk: Desk, body: Body, spoilt: Iterable[bytes], *, cpu_s: float = _CPU_S) -> list[Told]:
    """What becomes of them; raises Failed where one costs too much, or ends in none of the ways that there are."""
    return [bounded(partial(desk.judged, replace(body, content=content)), cpu_s) for content in spoilt]


def bounded(work: Callable[[], Made], cpu_s: float = _CPU_S) -> Made:
    """What the work returns; raises Failed where it costs too much."""
    if tracemalloc.is_tracing():
        tracemalloc.reset_peak()
        cpu_s *= 4  # looking at memory costs time itself
    before = tracemalloc.get_traced_memory()[0]
    began = time.thread_time()
    made = work()
    demand(time.thread_time() - began < cpu_s, "slow", "a record of bad bytes costs more than a second")
    grown = tracemalloc.get_traced_memory()[1] - before
    demand(grown < _MEMORY_BYTES, "memory", "a record of bad bytes costs more than 100 MB")
    return made


@contextmanager
def memory() -> Iterator[None]:
    """Memory is counted within the block."""
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def _drafts(told: Told) -> list[Draft]:
    return [draft for draft in told.drafts if isinstance(draft, Draft)]


def _sound(drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        for words in (draft.title, draft.content, draft.address, draft.accused_name):
            demand(not is_mojibake(words), "kept", "broken words stand in a report")


def _misread(body: Body) -> Iterator[Body]:
    """The body with the words in it as somebody would write them who read them in the wrong charset."""
    for wrong in ("gb18030", "latin-1"):
        broken = WORDS.encode().decode(wrong, "replace")
        for shown in (f"{WORDS}，第1处", WORDS):
            changed = replaced(body, shown, broken)
            if changed is not None:
                yield changed


def _nest(body: Body) -> bytes:
    if form_of(body.content) is Form.XML:
        return b"<a>" * _DEEP + b"</a>" * _DEEP
    return b'{"a":[' * (_DEEP // 2) + b"]}" * (_DEEP // 2)
