"""Free text with its personal values replaced by what kind of value stood there: `[电话]`, `[姓名]`.

By pattern: phones, ids, bank cards, plates, mail, WeChat and QQ where marked, rooms. By knowledge: names
and addresses that stand in personal fields (`Known`). What stands in no field and has no pattern is not
found; `hub.access.recall` measures how much that is. Rather a number too many is hidden than one too few.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hub.access.folding import fold
from hub.access.identifiers import luhn_holds
from hub.access.known import ADDRESS, Known, Span
from hub.access.phones import GAP, LANDLINE, MOBILE

_RUN: Final = re.compile(r"[0-9+(（][0-9x+()（） .\-‐-―·\u200b-\u200d\u2060\ufeff]{6,}")
"""Digits in a row: only there the dear patterns are tried."""

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_BIRTH: Final = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

_NUMBERS: Final = re.compile(
    rf"(?P<id_18>(?<![0-9])[1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9x](?![0-9]))"
    rf"|(?P<mobile>{MOBILE})"
    rf"|(?P<landline>{LANDLINE})"
    rf"|(?P<id_15>(?<![0-9])[1-9][0-9]{{5}}{_BIRTH}[0-9]{{3}}(?![0-9]))"
    rf"|(?P<card>(?<![0-9])[1-9](?:{GAP}[0-9]){{14,18}}(?![0-9]))"
)
_MARKED: Final = re.compile(
    r"(?:电话|座机|号码|手机|致电|联系|tel)[^0-9a-z]{0,4}(?P<phone>[2-8][0-9]{2,3}[ \-]?[0-9]{4})(?![0-9])"
    r"|(?:护照|通行证|军官证)[^0-9a-z]{0,4}(?P<passport>[a-z]{0,2}[0-9]{7,9})(?![0-9])"
    r"|(?:qq|扣扣|企鹅号)[^0-9a-z]{0,4}(?P<qq>[1-9][0-9]{4,10})(?![0-9])"
    r"|(?:微信|薇信|威信|v信|wechat|weixin|vx|wx)(?:号|id)?[^0-9a-z]{0,4}(?P<wechat>[a-z][0-9a-z_\-]{5,19})"
)
_MAIL: Final = re.compile(r"(?<![0-9a-z._%+\-])[0-9a-z._%+\-]{1,64}@[0-9a-z\-]{1,63}(?:\.[0-9a-z\-]{1,63}){1,4}")
_PLATE: Final = re.compile(
    rf"[{_PROVINCES}][a-hj-np-z][·.\- ]?[a-hj-np-z0-9]{{4,5}}[a-hj-np-z0-9挂学警港澳](?![0-9a-z])"
)
_SPOKEN: Final = re.compile("[一幺壹][三四五六七八九叁肆伍陆柒捌玖](?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]){9}")
_ROOM: Final = re.compile(r"[0-9]{1,5}(?:单元 ?[0-9]{2,5}室?|(?<=[0-9]{3})室)")

_NOT_DIGITS: Final = re.compile("[^0-9]+")

_PHONE: Final = "[电话]"
_INSTEAD: Final = {
    "id_18": "[证件号]",
    "id_15": "[证件号]",
    "passport": "[证件号]",
    "mobile": _PHONE,
    "landline": _PHONE,
    "phone": _PHONE,
    "card": "[银行卡]",
    "qq": "[账号]",
    "wechat": "[账号]",
}
_ALONE: Final = ((_MAIL, "[邮箱]"), (_PLATE, "[车牌]"), (_SPOKEN, _PHONE), (_ROOM, ADDRESS))


def mask_text(text: str, known: Known | Iterable[str] = ()) -> str:
    """`text` without personal values; equal to `text` where it holds none, and after a second time.

    Covers N31. `known` are the values of personal fields of the record and those linked to it; give a `Known`
    where several texts of one record are masked.
    """
    folded = fold(text)
    values = known if isinstance(known, Known) else Known(known)
    spans = [*values.spans(folded), *_by_pattern(folded)]
    return _replaced(text, spans) if spans else text


def _by_pattern(folded: str) -> Iterator[Span]:
    for run in _RUN.finditer(folded):
        for found in _NUMBERS.finditer(folded, run.start(), run.end()):
            kind = str(found.lastgroup)
            if kind != "card" or luhn_holds(_NOT_DIGITS.sub("", found[0])):
                yield found.start(), found.end(), _INSTEAD[kind]
    for found in _MARKED.finditer(folded):
        kind = str(found.lastgroup)
        yield found.start(kind), found.end(kind), _INSTEAD[kind]
    for pattern, instead in _ALONE:
        for found in pattern.finditer(folded):
            yield found.start(), found.end(), instead


def _replaced(text: str, spans: list[Span]) -> str:
    """`text` with each span replaced; of spans that overlap, the first one's word stands for all."""
    pieces: list[str] = []
    done = 0
    for first, behind, instead in sorted(spans, key=_place):
        if first >= done:
            pieces += (text[done:first], instead)
        done = max(done, behind)
    return "".join((*pieces, text[done:]))


def _place(span: Span) -> tuple[int, int]:
    return span[0], -span[1]
