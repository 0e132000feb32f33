"""Words of the pages: templates and routes write Chinese, `words/*.toml` says it in English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from hub.messages.text import Language

PLACE: Final = Path(__file__).with_name("words")


@cache
def english() -> Mapping[str, str]:
    """Chinese → English, of all pages."""
    found: dict[str, str] = {}
    for file in sorted(PLACE.glob("*.toml")):
        found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return found


def said(chinese: str, language: Language, **facts: object) -> str:
    """`chinese` in `language`, its `{facts}` filled in; as it is where nobody has put it into English."""
    text = english().get(chinese, chinese) if language is Language.EN else chinese
    return text.format(**facts) if facts else text
