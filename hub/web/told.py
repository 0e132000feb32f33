"""Codes in words for pages: cause and next step in the visitor's language."""

import re
from dataclasses import replace
from typing import Final

from hub.errors import HubError
from hub.messages import Told, text_of
from hub.messages.text import Language

_UNKNOWN: Final = re.compile(r"\{[a-z_]+\}")
"""A fact that nobody kept beside its code."""


def told_of(error: HubError | str, language: Language) -> Told:
    """`error`, or the code of one; `…` stands for what was not kept."""
    told = text_of(HubError(error) if isinstance(error, str) else error, language)
    return replace(told, cause=_UNKNOWN.sub("…", told.cause), next_step=_UNKNOWN.sub("…", told.next_step))
