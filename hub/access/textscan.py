"""Free text with its personal values replaced by what kind of value stood there: `[电话]`, `[姓名]`.

By pattern: phones, ids, bank cards, plates, mail, WeChat and QQ where marked, rooms, homes that are said to be
homes (`hub.access.homes`). By knowledge: names and addresses that stand in personal fields (`Known`). What stands
in no field and has no pattern is not found; `hub.access.recall` measures how much that is. Rather a number too
many is hidden than one too few.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from hub.access.folding import fold
from hub.access.homes import homes_in
from hub.access.identifiers import luhn_holds
from hub.access.known import ADDRESS, NAME, Known, Span
from hub.access.names import COMMON_SURNAMES
from hub.access.phones import GAP, LANDLINE, MOBILE

_RUN: Final = re.compile(r"[0-9+(（][0-9x+()（） .\-‐-―·\u200b-\u200d\u2060\ufeff]{6,}")
"""Digits in a row: only there the dear patterns are tried."""

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_DIGIT: Final = rf"{GAP}[0-9]"
_BORN: Final = (
    rf"(?:1{GAP}[89]|2{GAP}0){_DIGIT}{_DIGIT}"
    rf"{GAP}(?:0{GAP}[1-9]|1{GAP}[0-2]){GAP}(?:0{GAP}[1-9]|[12]{_DIGIT}|3{GAP}[01])"
)
_BORN_SHORT: Final = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_NUMBERS: Final = re.compile(
    # with gaps only where a birth date stands inside: else 14 digits, a blank and a phone would be an id
    rf"(?P<id_18>(?<![0-9])[1-9](?:[0-9]{{16}}[0-9x]|(?:{_DIGIT}){{5}}{GAP}{_BORN}(?:{_DIGIT}){{3}}{GAP}[0-9x])(?![0-9]))"
    rf"|(?P<mobile>{MOBILE})"
    rf"|(?P<landline>{LANDLINE})"
    rf"|(?P<id_15>(?<![0-9])[1-9][0-9]{{5}}{_BORN_SHORT}[0-9]{{3}}(?![0-9]))"
    r"|(?P<card>(?<![0-9])[1-9](?:[0-9]{3}(?:[ \-.]{1,2}[0-9]{4}){3}(?:[ \-.]{1,2}[0-9]{1,3})?|[0-9]{14,18})(?![0-9]))"
)
_COLON: Final = r"(?:id)?[^0-9a-z]{0,4}"
_MARKED: Final = re.compile(
    # one class of last letters of all labels first: the search jumps to them, and looks back from there
    r"[话机码电系l照证q扣号信xnt人名叫](?:"
    rf"(?<=[话机码电系l]){_COLON}(?P<phone>[2-8][0-9]{{2,3}}[ \-]?[0-9]{{4}})(?![0-9])"
    rf"|(?<=[照证]){_COLON}(?P<passport>[a-z]{{0,2}}[0-9]{{7,9}})(?![0-9])"
    rf"|(?:(?<=qq)|(?<=扣扣)|(?<=qq号)|(?<=企鹅号)){_COLON}(?P<qq>[1-9][0-9]{{4,10}})(?![0-9])"
    rf"|(?:(?<=[微薇威v]信)|(?<=微信号)|(?<=[vw]x)|(?<=weixin)|(?<=wechat)){_COLON}(?P<wechat>[a-z][0-9a-z_\-]{{5,19}})"
    rf"|(?:(?<=[系诉报求电]人)|(?<=姓名)|(?<=[我名]叫))[ 为是:：(（]{{0,2}}(?P<name>[{COMMON_SURNAMES}][一-龥]{{1,2}})(?![一-龥:：])"
    r")"
)
"""What is personal only because a word before it says so: 座机 8555 1234, 微信号 abc_123."""

_MAIL: Final = re.compile(
    r"(?<![0-9a-z._%+\-])[0-9a-z._%+\-]{1,64}@[0-9a-z\-]{1,63}(?:\.[0-9a-z\-]{1,63}){1,4}"
)
_PLATE: Final = re.compile(
    rf"[{_PROVINCES}][a-hj-np-z][·.\- ]?[a-hj-np-z0-9]{{4,5}}[a-hj-np-z0-9挂学警港澳](?![0-9a-z])"
)
_SPOKEN: Final = re.compile(
    "[一幺壹][三四五六七八九叁肆伍陆柒捌玖](?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]){9}"
)
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
    "name": NAME,
}
_ALONE: Final = (
    ("@", _MAIL, "[邮箱]"),
    ("", _PLATE, "[车牌]"),
    ("", _SPOKEN, _PHONE),
    ("室", _ROOM, ADDRESS),
    ("单元", _ROOM, ADDRESS),
)
"""A word without which the pattern cannot match, the pattern, and what stands there instead."""


def mask_text(text: str, known: Known | Iterable[str] = ()) -> str:
    """`text` without personal values; equal to `text` where it holds none, and after a second time.

    Covers N31. `known` are the values of personal fields of the record and those linked to it; give a `Known`
    where several texts of one record are masked.
    """
    folded = fold(text)
    spans = list(_by_pattern(folded))
    if known:
        spans += (known if isinstance(known, Known) else Known(known)).spans(folded)
    return _replaced(text, spans) if spans else text


def _by_pattern(folded: str) -> Iterator[Span]:
    for run in _RUN.finditer(folded):
        at = run.start()
        while found := _NUMBERS.search(folded, at, run.end()):
            kind = str(found.lastgroup)
            if kind == "card" and not luhn_holds(_NOT_DIGITS.sub("", found[0])):
                at = found.start() + 1  # an order's number; what comes behind a blank of it may be a phone
                continue
            yield found.start(), found.end(), _INSTEAD[kind]
            at = found.end()
    for found in _MARKED.finditer(folded):
        kind = str(found.lastgroup)
        yield found.start(kind), found.end(kind), _INSTEAD[kind]
    for word, pattern, instead in _ALONE:
        if word in folded:
            for found in pattern.finditer(folded):
                yield found.start(), found.end(), instead
    for first, behind in homes_in(folded):
        yield first, behind, ADDRESS


def _replaced(text: str, spans: list[Span]) -> str:
    """`text` with each span replaced; of spans that overlap, the first one's word stands for all."""
    pieces: list[str] = []
    done = 0
    for first, behind, instead in sorted(spans):
        if first >= done:
            pieces += (text[done:first], instead)
        done = max(done, behind)
    return "".join((*pieces, text[done:]))
