"""What broken and hostile peers make of a sound body: seeded changes of its bytes and of its values."""

import json
from collections.abc import Iterator, Sequence
from io import BytesIO
from random import Random
from typing import Any, Final
from zipfile import ZipFile, is_zipfile

from hub.plugin import Body

SIGN: Final = "ZQX7"
"""Stands in every word and name that is put in: where it is found again, input was quoted."""
_WORDS: Final[Sequence[bytes]] = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\x81",
    b'"',
    b"'",
    b"\\u0000",
    b"\\ud800",
    b"{",
    b"[" * 70,
    b"]",
    b",",
    b"NaN",
    b"1e999",
    b"-0",
    b"9" * 400,
    b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    b"&b;",
    b"&#0;",
    b"<![CDATA[",
    b"]]>",
    b"\r\n\r\n",
    "０１２".encode(),
    "\u202e\u2028".encode(),
    b"ZQX7",
)
_VALUES: Final[Sequence[Any]] = (
    None,
    True,
    False,
    -1,
    10**400,
    2**63,
    "",
    " ",
    SIGN,
    SIGN * 2000,
    f"{SIGN}\x00",
    f"{SIGN}\ud800",
    "１２３",
    "9" * 30,
    "9999-12-31 23:59:59",
    "0001-01-01T00:00:00+23:59",
    "2026-02-30 25:61:61",
    "+08:00",
    "1e999",
    "-1e-999",
    "∞",
    "²",
    f"../../{SIGN}",
    f"'; DROP TABLE record; --{SIGN}",
    f"=cmd|'/c calc'!A1{SIGN}",
    [],
    {},
    [SIGN],
    [[], {}],
    {SIGN: SIGN},
    {"": None},
)


def changed(samples: Sequence[Body], seed: int, number: int) -> Iterator[Body]:
    """`number` changed bodies of `samples`, the same for the same seed; some are changed in several places,
    a few come as another kind of body."""
    dice = Random(seed)
    others = [one.content for one in samples]
    for _ in range(number):
        body = dice.choice(samples)
        content = body.content
        if dice.random() < 0.6:
            content = (
                _in_archive(content, dice) if is_zipfile(BytesIO(content)) else _another_value(content, dice)
            )
        if dice.random() < 0.5:
            for _ in range(dice.choice((1, 1, 1, 2, 5))):
                content = _other_bytes(content, others, dice)
        kind = dice.choice(samples).kind if dice.random() < 0.05 else body.kind
        yield Body(content, kind)


def _in_archive(content: bytes, dice: Random) -> bytes:
    """An archive that is sound itself, with one member changed."""
    with ZipFile(BytesIO(content)) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    name = dice.choice(sorted(members))
    members[name] = _other_bytes(members[name], list(members.values()), dice)
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        for one, inside in members.items():
            archive.writestr(one, inside)
    return made.getvalue()


def _other_bytes(body: bytes, samples: Sequence[bytes], dice: Random) -> bytes:
    start, end = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    match dice.randrange(6):
        case 0 if body:
            at = dice.randrange(len(body))
            return body[:at] + bytes([body[at] ^ 1 << dice.randrange(8)]) + body[at + 1 :]
        case 1:
            return body[:start] + body[min(end, start + 40) :]
        case 2:
            return body[:start] + dice.choice(_WORDS) + body[start:]
        case 3:
            return body[:end] + body[start:]
        case 4:
            return body[:start] + dice.choice(samples)[-200:] + body[end:]
        case _:
            return body[:start]


def _another_value(body: bytes, dice: Random) -> bytes:
    """One value of a JSON document replaced, renamed or left out; other bodies as they are."""
    try:
        document = json.loads(body)
    except ValueError:
        return body
    inner = [one for one in _within(document) if one]
    if not inner:
        return json.dumps(dice.choice(_VALUES)).encode()
    within = dice.choice(inner)
    if isinstance(within, list):
        within[dice.randrange(len(within))] = dice.choice(_VALUES)
    else:
        _change(within, dice)
    return json.dumps(document, ensure_ascii=dice.random() < 0.5).encode("utf-8", "surrogatepass")


def _change(within: dict[str, Any], dice: Random) -> None:
    name = dice.choice(sorted(within))
    match dice.randrange(4):
        case 0:
            within[SIGN + name] = within.pop(name)
        case 1:
            del within[name]
        case _:
            within[name] = dice.choice(_VALUES)


def _within(value: Any) -> Iterator[dict[str, Any] | list[Any]]:
    if isinstance(value, dict | list):
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from _within(one)
