"""The shape of one catalogue entry."""

from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """The languages of messages for users."""

    ZH = "zh"
    EN = "en"


class Text(NamedTuple):
    """Cause and next step, in Chinese and English; `{name}` stands for a safe fact of the error."""

    zh: str
    zh_next: str
    en: str
    en_next: str
