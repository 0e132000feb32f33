"""Where a text says that somebody lives: 家住阳光花园12幢501, 我是人民路85号的业主. Pure.

A home is told from the place of the matter by the words around it alone, so only an address behind or before such
words is one. It must name a house or a flat: a 小区 or a road by itself stays, since the matter may lie there.
"""

import re
from collections.abc import Iterator
from typing import Final

_WHO: Final = (
    "(?<=[我你他她])|(?<=[我你他她]们)|(?<=本人|自己|老人|先生|女士|某某|父母|父亲|母亲|电人|诉人|报人)"
)
_ADDRESS: Final = "的?[地住]址"
_SAYS: Final = re.compile(
    rf"(?:(?:[家现租暂借]|居(?!住小区)|{_WHO})住(?![区宅民户建院])(?:的地[方点址]|址)?"
    rf"|住(?:[在于址]|的地[方点址])"
    rf"|(?:[我他她]|本人|自己)家(?:{_ADDRESS})?"
    # not 被投诉人地址: there the matter lies
    rf"|(?:家庭|户籍|常住|居住|联系|通[讯信]|个人|本人|业主|住户|(?<!被投)诉人|(?<!被举)报人|[电警求系]人|(?<!被申)请人){_ADDRESS})"
    r"[在于]?[是为:： （(【\[]{0,2}"
)
"""Words behind which a home is said."""

_ON: Final = (
    "(?!的|了|我|您|他|她|并|且|称|说|反映|反应|投诉|举报|来电|报警|求助|发现|要求|希望|门口|附近|对面|旁边"
    "|[楼路]下|楼上|隔壁|路口|因为|由于|与|被)[一-龥a-z·]"
)
"""A letter of an address; not one of the words with which a sentence goes on to another thing."""

_GAP: Final = r"[ \-‐-―]{0,2}"
_COUNT: Final = "[a-z]?(?:[0-9]{1,5}|[一二三四五六七八九十百〇零]{1,4})[a-z]?"
_HOUSE: Final = rf"(?>(?:{_ON}){{0,16}}?{_GAP}{_COUNT}{_GAP}(?:号[楼院门]?|[幢栋座#弄室户组]|单元|门牌))"
"""A name and a number in it: 人民路85号, 阳光花园12幢, 3单元. Cut once, so that work grows with the length only."""

_FLAT: Final = (
    rf"{_GAP}[0-9]{{1,5}}(?:[\-‐-―][0-9]{{2,5}})?(?![0-9.]|{_GAP}[点时年月日元块米次人分天])(?:{_GAP}[室房])?"
)
_DASHED: Final = rf"(?>(?:{_ON}){{2,16}}?{_GAP}[0-9]{{1,4}}(?:[\-‐-―][0-9]{{1,5}}){{1,3}}室?)"
_HOME: Final = rf"(?:{_HOUSE}{{1,6}}(?:{_COUNT}[楼层](?![上下])|{_FLAT})?|{_DASHED})"
_SAID: Final = re.compile(_HOME)
_OWNERS: Final = re.compile("业主|住户|居民|租户|租客|房东|房主|户主|村民")
_OWNED: Final = re.compile(
    rf"(?:[是系]|本人|[电诉求警]人)(?P<home>{_HOME})(?=的?(?:一[名位个])?(?:{_OWNERS.pattern})(?![楼区委点]))"
)


def homes_in(folded: str) -> Iterator[tuple[int, int]]:
    """First index and index behind the last of each home said in `folded`, a text after `fold`."""
    if "住" in folded or "家" in folded or "址" in folded:
        for says in _SAYS.finditer(folded):
            if home := _SAID.match(folded, says.end()):
                yield home.span()
    if _OWNERS.search(folded):
        for owned in _OWNED.finditer(folded):
            yield owned.span("home")
