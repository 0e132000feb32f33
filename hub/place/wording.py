"""The spelling of Chinese addresses made one, and the words that end their parts.

Only spelling lives here: width, separators, numerals, endings. What a part means to an address stands in
`address`; nothing here knows a city, a road or an estate by name.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

HAN: Final = "\u3400-\u9fff\U00020000-\U0003ffff"
"""Character class (without brackets) of Chinese characters, the rare planes among them (N19)."""


class Ending(StrEnum):
    """What kind of name a word ends (GA/T 2000.32: 10 省市县, 20 乡镇街道, 30 社区村, 40 街路巷 and 小区)."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    ROAD = "road"
    ESTATE = "estate"
    SECTION = "section"
    """东区, A区: a part of an estate."""


_WORDS: Final = {
    Ending.PROVINCE: "省 自治区",
    Ending.CITY: "市 自治州",
    Ending.DISTRICT: "县 区 新区 开发区 高新区",
    Ending.SUBDISTRICT: "街道 街道办事处 街道办 镇 乡",
    Ending.COMMUNITY: "社区 社区居委会 居委会 居民委员会 村委会 村民委员会 行政村 村",
    Ending.ROAD: "路 街 巷 道 大道 大街 公路 胡同 高速 国道 省道 县道",
    Ending.ESTATE: (
        "小区 花园 新村 家园 公寓 广场 大厦 商城 市场 中心 小学 中学 大学 学校 学院 幼儿园 医院 公园 宾馆 酒店 山庄 "
        "别墅 花苑 名苑 佳苑 雅苑 嘉园 公馆 车站 地铁站 工业园 工业园区 产业园 科技园 工业区 园区 宿舍 写字楼 步行街"
    ),
}
_KIND_OF: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# 镇 in 景德镇市, 市 in 市场, 道 in 道口 …: the name goes on, so it does not end here.
_GOES_ON: Final = {
    "市": "场民政",
    "县": "道",
    "镇": "市",
    "街": "道坊",
    "道": "口",
    "村": "委民",
    "中心": "小中",
}
# No city has a name of one character: 都市.
_BEGINS_AFTER: Final = {"市": rf"(?<=[{HAN}]{{2}})"}
# One character ends an estate only where a number, a letter, a part or nothing follows: 水秀苑3幢.
_SHORT_ESTATES: Final = "苑园府庭城湾郡邸坊院居里轩阁寓墅厂店场站"


def _ending(word: str) -> str:
    """The pattern of one ending: `word`, where no road follows (人民广场路) and the name does not go on."""
    stop = _GOES_ON.get(word, "") + ("" if _KIND_OF[word] is Ending.ROAD else "路街巷")
    begin = _BEGINS_AFTER.get(word, "")
    return begin + (f"{word}(?![{stop}])" if stop else word)


_LONGEST_FIRST: Final = sorted(_KIND_OF, key=len, reverse=True)
# The look-ahead costs one look where a character begins no ending; trying them all costs seventy.
_FIRST: Final = "".join({word[0] for word in _KIND_OF} | set(_SHORT_ESTATES))
NAMED: Final = (
    rf"[{HAN}A-Z]{{1,10}}?(?=[{_FIRST}])(?:{'|'.join(map(_ending, _LONGEST_FIRST))}"
    rf"|(?<=[{HAN}]{{2}})[{_SHORT_ESTATES}](?=\d|[A-Z(]|[东南西北中]区|$))"
    r"|\d{1,3}号路|[A-Z]?\d{2,3}(?:国道|省道|县道)"
)
"""Pattern of a name that an ending closes; the first ending in the text wins."""
_LONGEST: Final = len(_LONGEST_FIRST[0])


def kind_of_name(name: str) -> Ending:
    """What the name's ending says that it is; `name` is a match of `NAMED`."""
    if len(name) == 2 and name[1] == "区":
        return Ending.SECTION
    # A look for each length of word is a quarter of what a pattern of all words costs.
    for length in range(min(_LONGEST, len(name)), 0, -1):
        kind = _KIND_OF.get(name[-length:])
        if kind is not None:
            return kind
    return Ending.ESTATE


# Separators between Chinese characters carry nothing: 都市水乡-水秀苑, 滨江•万家花城 (domain.md 4.3).
_DROPPED: Final = re.compile(r"[\s。,;:!?、·•・‧~_\"'“”‘’<>《》*|/\\]+")
_DASHES: Final = re.compile(r"[‐‑‒–—―−─]")
_DASH_BESIDE_HAN: Final = re.compile(rf"(?<=[{HAN}])-+(?=[{HAN}])")
_BRACKETS: Final = str.maketrans("[]【】{}", "()()()")
_DIGITS: Final = {"〇": 0} | {character: value for value, character in enumerate("零一二三四五六七八九")}
_TENS: Final = {"十": 10, "百": 100}
_NUMERAL: Final = re.compile(
    rf"[{''.join(_DIGITS)}{''.join(_TENS)}]+(?=号|栋|幢|座|单元|楼|层|室|弄|期|组|队|排|网格|#)"
)


def normalise(text: str) -> str:
    """`text` in NFKC, upper case, without blanks and separators, with 十二号楼 as 12号楼.

    For keys and comparison only; the raw text is kept elsewhere (N20).
    """
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text).upper())
    plain = _DROPPED.sub("", plain).translate(_BRACKETS)
    plain = _DASH_BESIDE_HAN.sub("", plain)
    return _NUMERAL.sub(lambda found: _value_of(found.group()), plain)


def _value_of(numeral: str) -> str:
    """The Arabic figures of a Chinese numeral below 1000; 一二三 is read digit by digit."""
    if not any(character in _TENS for character in numeral):
        return "".join(str(_DIGITS[character]) for character in numeral)
    total, digit = 0, 0
    for character in numeral:
        if character in _TENS:
            total += (digit or 1) * _TENS[character]
            digit = 0
        else:
            digit = _DIGITS[character]
    return str(total + digit)
