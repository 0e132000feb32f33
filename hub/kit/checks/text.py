"""Words as people write them: long, rare, from other alphabets, broken. Rules: domain.md N18–N20, N29, N31."""

from typing import Final

from hub.kit.outcome import Level, NotApplicable, check
from hub.kit.subject import Subject, demand
from hub.model import Draft
from hub.plugin.adapter import Filters

_LONG: Final = "路面积水，车辆绕行。" * 1200
_RARE: Final = "𠮷家巷㐂园䶮号门前"
_EMOJI: Final = "井盖坏了😡👷🏽快来修"
_MARKUP: Final = "<script>alert('1')</script>井盖' OR 1=1;-- 破损"
_LINES: Final = "第一行\r\n第二行\t第三列"


def _says(subject: Subject, words: str) -> str:
    """What came of words that were said, where this system has words at all."""
    plain = _words_of(subject.story(subject.says()).drafts)
    if not plain:
        raise NotApplicable("its system carries no words of people")
    story = subject.story(subject.says(title=words[:40], content=words))
    found = _words_of(story.drafts)
    if not found and any(one.dropped for one in story.told) and isinstance(subject.adapter, Filters):
        raise NotApplicable("its ingress filter lets no such words in")
    return found


def _words_of(drafts: list[Draft]) -> str:
    return "\n".join(f"{draft.title}\n{draft.content}" for draft in drafts).strip()


@check("long-text", Level.SILVER, "twelve thousand characters arrive whole")
def long_text(subject: Subject) -> None:
    demand(_LONG in _says(subject, _LONG), "cut", "a long text does not arrive whole")


@check("rare-characters", Level.SILVER, "characters of the extensions A and B arrive as they were written")
def rare_characters(subject: Subject) -> None:
    demand(_RARE in _says(subject, _RARE), "changed", "rare characters do not arrive")


@check("emoji", Level.SILVER, "emoji arrive as they were written")
def emoji(subject: Subject) -> None:
    demand(_EMOJI in _says(subject, _EMOJI), "changed", "emoji do not arrive")


@check("markup", Level.SILVER, "tags and quotes are words like others")
def markup(subject: Subject) -> None:
    demand(
        _MARKUP in _says(subject, _MARKUP), "changed", "words with tags and quotes do not arrive as written"
    )


@check("lines", Level.SILVER, "line breaks and tabs inside words break nothing")
def lines(subject: Subject) -> None:
    found = _says(subject, _LINES)
    demand("第一行" in found and "第三列" in found, "cut", "words behind a line break are lost")
