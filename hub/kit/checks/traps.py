"""Records made to do harm: entities that name files or grow without end, archives that unpack to a gigabyte.

Rules: domain.md N30, N70.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from hub.errors import HubError
from hub.kit.bodies import Form, form_of, values_in, with_value
from hub.kit.checks.door import at_the_door
from hub.kit.checks.spoilt import bounded, captured, end, memory, one_of_each
from hub.kit.outcome import Failed, Level, NotApplicable, check
from hub.kit.subject import Subject, demand
from hub.plugin import Body

_BOMB_BYTES: Final = 384 << 20
_CANARY: Final = "KITCANARY93174"


@check("entities", Level.BRONZE, "entities in XML are not resolved: no file is read, nothing grows")
def entities(subject: Subject) -> None:
    with captured(subject, Form.XML) as (desk, bodies), memory():
        canary = desk.place / "secret.txt"
        canary.write_text(_CANARY, "utf-8")
        for body in bodies:
            for kind in (
                f'<!ENTITY k SYSTEM "{canary.as_uri()}">'.encode(),
                _laughs(),
                b'<!ENTITY k "%s">' % (b"k" * 100_000),
            ):
                for told in end(desk, body, _with_entity(body, kind)):
                    demand(_CANARY not in repr(told), "read", "a file of this machine is read for a record")


@check("archive-bomb", Level.BRONZE, "an archive that unpacks to a gigabyte is not unpacked")
def archive_bomb(subject: Subject) -> None:
    tried = False
    with subject.at_desk(*(subject.says(number) for number in range(1, 13))) as desk, memory():
        desk.run(until=desk.simulator.done)
        desk.again()
        for file in (one for one in desk.place.rglob("*") if one.is_file() and one.read_bytes()[:2] == b"PK"):
            file.write_bytes(_bomb())
            tried = True
        if tried:
            desk.cursor = ""
            bounded(lambda: [desk.step() for _ in range(6)])
        for body in one_of_each(desk.story.told, (Form.ARCHIVE,)):
            end(desk, body, (_bomb(),))
            tried = True
    if not _bombed_at_the_door(subject) and not tried:
        raise NotApplicable("its system sends no archives")


def _with_entity(body: Body, declared: bytes) -> Iterator[bytes]:
    """The body behind a document type, with a reference in each of its first values."""
    for value in values_in(body.content)[:6]:
        content = with_value(body, value, b"&k;").content
        head, mark, rest = (
            content.partition(b"?>") if content.lstrip().startswith(b"<?xml") else (b"", b"", content)
        )
        root = rest.lstrip()[1:].split(b">")[0].split()[0].strip(b"/")
        yield head + mark + b"<!DOCTYPE " + root + b" [" + declared + b"]>" + rest


def _laughs() -> bytes:
    lines = [b'<!ENTITY a0 "haha">']
    lines += [b'<!ENTITY a%d "%s">' % (at, b"&a%d;" % (at - 1) * 10) for at in range(1, 10)]
    return b"".join([*lines, b'<!ENTITY k "&a9;">'])


@cache
def _bomb() -> bytes:
    """A megabyte that claims to be, and is, a gigabyte; its member is called as a workbook's are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            with archive.open(name, "w", force_zip64=True) as member:
                for _ in range(_BOMB_BYTES // 3 >> 20):
                    member.write(bytes(1 << 20))
    return made.getvalue()


def _bombed_at_the_door(subject: Subject) -> bool:
    """Whether archives come to its door; one that does comes again as a bomb."""
    try:
        with at_the_door(subject) as (desk, request), memory():
            if form_of(request.body) is not Form.ARCHIVE:
                return False
            bomb = replace(request, body=_bomb())

            def knock() -> None:
                try:
                    received = desk.receive(bomb)
                except HubError:
                    return
                except Exception as error:
                    raise Failed("crashed", f"it raised {type(error).__name__} at an archive") from None
                for body in received.bodies:
                    desk.judged(body)

            bounded(knock)
            return True
    except NotApplicable:
        return False
