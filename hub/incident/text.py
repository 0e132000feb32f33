"""What the words of a report say about which matter it tells of.

Pure. Works on MASKED text (`access.mask_text`), and a mask is no word: two reports that both hold
`138****1234` or `张*` are not alike for it (N57). `Features` are made once a report and compared many
times; they hold sketches and hashes, no word, so they may be kept beside the event.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.incident.names import NO_ADDRESS, Addressed, named_by, named_in
from hub.incident.sketch import EMPTY, Sketch, likeness, sketch

CONTENT_CHARACTERS: Final = 200
"""As far as the content is read; what follows is history and emotion, alike in every complaint."""
TITLE_CHARACTERS: Final = 8
"""A title with fewer words than this (井盖破损) is the name of a class: it says nothing of which matter."""

ALIKE: Final = 0.5
"""Likeness of two sketches from which words alone say "the same": two people's words share this little."""
SHARED_NAME: Final = 0.35
"""What a place or firm that both name is worth, where words that are alike are worth 1."""
OTHER_NAME: Final = 0.7
"""What is left of the words' worth where both name places or firms, and none in common."""

_MASK_SIGN: Final = re.compile(r"[*某×█\[【<]|[a-z][0-9]?[市区县镇]|xx")
_MASK: Final = re.compile(
    r"[0-9a-z]*\*[0-9a-z*]*(?:(?<=\*)[\u4e00-\u9fff])?"  # 138****1234, 苏f*1***5; the last of 张*明
    r"|[\u4e00-\u9fff](?=\*)"  # the first of 张*
    r"|[a-z][0-9]{0,2}(?=[市区县镇])|某+|[x×]{2,}|█+"  # a市, a5区: places replaced by letters
    r"|\[[^\[\]]{1,8}\]|【[^【】]{1,8}】|<[^<>]{1,8}>"  # [电话], 【姓名】
)
_FORMULA: Final = re.compile(
    "市民|居民|群众|业主|来电人|诉求人|当事人|网格员|巡查员|采集员|热心|尊敬的|领导|您好|你好|谢谢|感谢|来电|致电|来信"
    "|反映|投诉|举报|咨询|求助|反馈|上报|发现|希望|要求|请求|恳请|建议|有关部门|相关部门|相关单位|职能部门"
    "|尽快|及时|核实|处理|处置|解决|协调|问题|情况|关于|存在|现在|目前|今天|今早|刚才|我们|本人|一个|一处"
    "|联系人|联系|电话|手机|姓名|身份证|附近|门口|旁边|对面|周边|位于|坐落"
)
_BREAK: Final = re.compile(  # everything but letters, digits, and the line in 85-1
    r"(?:[^0-9a-z\u3400-\u9fff\U00020000-\U0003ffff-]|-(?![0-9])|(?<![0-9])-)+"
)


@dataclass(frozen=True, slots=True)
class Words:
    """Words and names of one stretch of text."""

    sketch: Sketch = EMPTY
    names: frozenset[int] = frozenset()
    """Places and firms."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is compared of one report."""

    title: Words = Words()
    """Empty where there is none, or only the name of a class."""
    whole: Words = Words()
    """Title and content."""
    firms: frozenset[int] = frozenset()
    doors: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Place → its numbers: by the address where there is one, else by the text."""


SILENT: Final = Features()
"""The features of a report without words or address, such as a sensor's."""


def features(title: str, content: str = "", address: Addressed = NO_ADDRESS) -> Features:
    """The features of masked `title` and `content`; `address` is the matter's own, parsed."""
    head = _plain(title)
    whole = f"{head} {_plain(content[:CONTENT_CHARACTERS])}".strip()
    said = named_in(whole)
    stands = named_by(address)
    return Features(
        title=_words_of_title(head),
        whole=Words(sketch(whole.split()), said.places | said.firms | stands.places),
        firms=said.firms,
        doors=stands.doors or said.doors,
    )


def same_matter(one: Features, other: Features) -> float | None:
    """0–1: how far words and names alone speak for one matter, 0.5 "more likely than not"; None: no words.

    Titles are compared where both have one: what a matter is stands there, and contents mention
    many others. Words and a shared name are two grounds that can each be wrong: a noisy or.
    """
    if one.title.sketch.count and other.title.sketch.count:
        mine, theirs = one.title, other.title
    else:
        mine, theirs = one.whole, other.whole
    if not mine.sketch.count or not theirs.sketch.count:
        return None
    words = min(1.0, likeness(mine.sketch, theirs.sketch) / ALIKE)
    if mine.names and theirs.names:
        if mine.names.isdisjoint(theirs.names):
            return words * OTHER_NAME
        return 1.0 - (1.0 - words) * (1.0 - SHARED_NAME)
    return words


def _plain(text: str) -> str:
    """Lower case, masks and formulas taken out, everything that is no letter or digit a space."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if _MASK_SIGN.search(plain):
        plain = _MASK.sub(" ", plain)
    return _BREAK.sub(" ", _FORMULA.sub(" ", plain))


def _words_of_title(head: str) -> Words:
    runs = head.split()
    if sum(map(len, runs)) < TITLE_CHARACTERS:
        return Words()
    said = named_in(head)
    return Words(sketch(runs), said.places | said.firms)
