"""The language that a caller asks for, by Accept-Language."""

from typing import Annotated

from fastapi import Depends, Request

from hub.messages.text import Language


def language_of(request: Request) -> Language:
    """English where it comes first, Chinese in every other case."""
    asked = request.headers.get("accept-language", "").strip().lower()
    return Language.EN if asked.startswith("en") else Language.ZH


AskedFor = Annotated[Language, Depends(language_of)]
