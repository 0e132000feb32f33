"""The one picture of the flow, drawn from the order that heads `hub.pipeline`.

There, nouns that are stored stand in capitals and steps in small letters. Here the nouns are boxes and the
steps between two of them the words on their arrow.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import hub.pipeline
from hub.messages.text import Language
from hub.model import Fate
from hub.run.reference.page import Page, mermaid

_ARROW: Final = "─▶"
_BLOCK: Final = re.compile(r"(?<=<!-- flow -->\n).*?(?=<!-- /flow -->)", re.DOTALL)
CHINESE: Final[Mapping[str, str]] = {
    "source": "来源系统",
    "adapter": "插件",
    "RECORD": "记录（原样封存）",
    "normalise": "规范化",
    "draft": "草稿",
    "doubts": "存疑",
    "times": "时间",
    "category": "分类",
    "place": "定位",
    "EVENT": "事件",
    "schema": "校验",
    "sighting": "比对",
    "link decision": "并单判定",
    "INCIDENT": "事项",
    "calls": "按合同派单",
    "WHISTLES": "哨（一部门一哨）",
    "project": "字段白名单",
    "department": "部门",
    "report": "报到",
    "answers": "以来源自己的用语答复",
    "held": "搁置",
    "dead": "作废",
    "desk": "值守",
    "deadletters": "死信",
}


def order() -> tuple[str, ...]:
    """The words of the pipeline's order, from the draft to the whistles, each noun once."""
    lines = [line for line in (hub.pipeline.__doc__ or "").splitlines() if _ARROW in line]
    words = [_words(line) for line in lines]
    return tuple(word for number, line in enumerate(words) for word in (line if number == 0 else line[1:]))


def _words(line: str) -> list[str]:
    return [word.strip() for word in line.split("(")[0].split(_ARROW)]


def flow(language: Language) -> str:
    """The picture, as Mermaid."""
    say = CHINESE.__getitem__ if language is Language.ZH else str
    words = order()
    nouns = ("RECORD", words[0], *filter(_is_noun, words))
    arrows = (
        ("source", ["adapter"], "RECORD"),
        ("RECORD", ["normalise"], words[0]),
        *_arrows(words),
        ("WHISTLES", ["project"], "department"),
        ("department", ["report"], "WHISTLES"),
        ("WHISTLES", ["answers"], "source"),
    )
    ends = ((Fate.HELD, "desk"), (Fate.DEAD, "deadletters"))
    return mermaid(
        (
            "flowchart LR",
            *(f"    {name}({say(name)})" for name in ("source", "department", *(end for _, end in ends))),
            *(f"    {noun}[{say(noun)}]" for noun in nouns),
            *(f'    {a} -->|"{" · ".join(map(say, steps))}"| {b}' for a, steps, b in arrows),
            *(f'    RECORD -.->|"{say(fate.value)}"| {end}' for fate, end in ends),
        )
    )


def _is_noun(word: str) -> bool:
    return word.isupper()


def _arrows(words: Sequence[str]) -> Iterator[tuple[str, list[str], str]]:
    """(noun, steps, next noun) along the order, which begins with the draft."""
    here, steps = words[0], list[str]()
    for word in words[1:]:
        if _is_noun(word):
            yield here, steps, word
            here, steps = word, []
        else:
            steps.append(word)


def with_flow(path: str, text: str, language: Language) -> Page:
    """The page `text` with the picture between its two flow marks; unchanged where it has none."""
    return Page(path, _BLOCK.sub(lambda _: f"{flow(language)}\n", text))
