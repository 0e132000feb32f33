"""What callers may write: text and JSON that every store and every reader can hold.

JSON allows more than that: NUL, which PostgreSQL refuses; half a surrogate pair, which no file can hold; numbers
without bound; nesting without end.
"""

from math import isfinite
from typing import Annotated, Any, Final

from pydantic import AfterValidator

_DEEPEST: Final = 32
_LARGEST: Final = 2**63


def _plain_text(text: str) -> str:
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError("text with NUL or half a surrogate pair")
    return text


def _plain_json(value: Any) -> Any:
    """`value`, unchanged. Level by level: a recursion would end where the sender wants."""
    level = [value]
    for _ in range(_DEEPEST):
        if not level:
            return value
        below: list[Any] = []
        for one in level:
            below += _parts(one)
        level = below
    raise ValueError("nested too deeply")


def _parts(one: Any) -> list[Any]:
    match one:
        case dict():
            return [*one, *one.values()]
        case list():
            return one
        case str():
            _plain_text(one)
        case float() if not isfinite(one):
            raise ValueError("not a number of JSON")
        case int() if abs(one) >= _LARGEST:
            raise ValueError("more than 64 bits")
    return []


PlainText = Annotated[str, AfterValidator(_plain_text)]
PlainJson = Annotated[dict[str, Any], AfterValidator(_plain_json)]
