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

_RUN: Final = re.compile(r"[0-9a-z+(][0-9a-z+()_.@% \-‐-―·\u200b-\u200d\u2060\ufeff]{3,}")
"""Letters and digits in a row: only there the dear patterns are tried."""

_LABEL_LENGTH: Final = 10
"""So many letters before a run may say what it is: 微信号是, 苏, 电话:."""

_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
_BIRTH_SHORT: Final = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"

_PATTERNS: Final = {
    "mail": r"(?<![0-9a-z._%+\-])[0-9a-z._%+\-]{1,64}@[0-9a-z\-]{1,63}(?:\.[0-9a-z\-]{1,63}){1,4}",
    "id_18": rf"(?<![0-9])[1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9x](?![0-9])",
    "mobile": MOBILE,
    "landline": LANDLINE,
    "id_15": rf"(?<![0-9])[1-9][0-9]{{5}}{_BIRTH_SHORT}[0-9]{{3}}(?![0-9])",
    "card": rf"(?<![0-9])[1-9](?:{GAP}[0-9]){{14,18}}(?![0-9])",
    "plate": rf"[{_PROVINCES}][a-hj-np-z][·.\- ]?[a-hj-np-z0-9]{{4,5}}[a-hj-np-z0-9挂学警港澳](?![0-9a-z])",
    "marked_phone": r"(?:电话|座机|号码|手机|致电|联系|tel)[^0-9a-z]{0,4}[2-8][0-9]{2,3}[ \-]?[0-9]{4}(?![0-9])",
    "passport": r"(?:护照|通行证|军官证)[^0-9a-z]{0,4}[a-z]{0,2}[0-9]{7,9}(?![0-9])",
    "qq": r"(?:qq|扣扣|企鹅号)[^0-9a-z]{0,4}[1-9][0-9]{4,10}(?![0-9])",
    "wechat": r"(?:微信|薇信|威信|v信|wechat|weixin|vx|wx)(?:号|id)?[^0-9a-z]{0,4}[a-z][0-9a-z_\-]{5,19}",
}
_KINDS: Final = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()))
_SPOKEN_MOBILE: Final = re.compile("[一幺壹][三四五六七八九叁肆伍陆柒捌玖](?:[零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]){9}")
_ROOM: Final = re.compile(r"[0-9]{1,3}单元 ?[0-9]{2,5}室?|[0-9]{3,5}室")

_INSTEAD: Final = {
    "mail": "[邮箱]",
    "id_18": "[证件号]",
    "id_15": "[证件号]",
    "passport": "护照[证件号]",
    "mobile": "[电话]",
    "landline": "[电话]",
    "marked_phone": "电话[电话]",
    "card": "[银行卡]",
    "plate": "[车牌]",
    "qq": "QQ[账号]",
    "wechat": "微信[账号]",
}


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
    done = 0
    for run in _RUN.finditer(folded):
        for found in _KINDS.finditer(folded, max(done, run.start() - _LABEL_LENGTH), run.end()):
            kind = str(found.lastgroup)
            if kind != "card" or luhn_holds("".join(filter(str.isdigit, found[0]))):
                yield found.start(), found.end(), _INSTEAD[kind]
        done = run.end()
    for found in _SPOKEN_MOBILE.finditer(folded):
        yield found.start(), found.end(), _INSTEAD["mobile"]
    for found in _ROOM.finditer(folded):
        yield found.start(), found.end(), ADDRESS


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
