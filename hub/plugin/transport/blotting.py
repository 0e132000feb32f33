"""Whom the fields name that are cut at ingress, and words without them: who told of a matter is often named in it, too. Pure.

Names and numbers are known by their form, in whatever writing; the words of a text that was cut name nobody. Rules:
domain.md N31, 5.6.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

BLOT: Final = "＊＊"
"""Stands in a text for what was cut of it."""
_NOBODY: Final = frozenset(
    ("本人", "匿名", "市民", "居民", "群众", "用户", "业主", "先生", "女士", "不详", "未知", "保密")
)
_HAN: Final = "\u3400-\u9fff\U00020000-\U0003ffff"
_A_NAME: Final = re.compile(
    rf"[{_HAN}·]{{2,12}}|[A-Za-z]+(?:[ .'-]+[A-Za-z]+)+|(?=.*[0-9])[{_HAN}]?[A-Za-z0-9][A-Za-z0-9·-]{{4,31}}"
)
"""Of a person, in either script; of a car or a case, which have letters and digits."""
_SPACED: Final = re.compile(rf"[{_HAN}](?:\s+[{_HAN}]){{1,3}}")
_BETWEEN: Final = re.compile(r"[、,，;；/|:：()（）\s]+")
"""What stands between two who are told of in one field, and between a name and a number."""
_ONE_OF_MANY: Final = re.compile(rf"[{_HAN}·]{{0,4}}|[0-9]{{1,3}}岁?|\+?[0-9Xx-]{{5,32}}")
"""In a list of people: a field with anything longer is a text, whose words are no names."""
_A_NUMBER: Final = re.compile(r"\+?[0-9０-９Xx](?:[ -]{0,2}[0-9０-９Xx]){4,31}")
"""In whatever groups and width it is written."""
_PLAIN: Final = {**{0xFF10 + digit: str(digit) for digit in range(10)}, **dict.fromkeys(map(ord, "+ -"))}


class People(NamedTuple):
    """Whom some values name."""

    names: tuple[str, ...] = ()
    """The longest first."""
    numbers: tuple[str, ...] = ()
    """As `_plain` has them."""

    @classmethod
    def named_in(cls, values: Iterable[object]) -> "People":
        """Those of `values`: texts, numbers, and lists and objects of them."""
        found = [piece for value in values for words in _words_in(value) for piece in _pieces(words)]
        names = {one for one in found if _A_NAME.fullmatch(one)} - _NOBODY
        numbers = {_plain(one) for one in found if _A_NUMBER.fullmatch(one)}
        return cls(tuple(sorted(names, key=len, reverse=True)), tuple(numbers))

    def __bool__(self) -> bool:
        return bool(self.names or self.numbers)

    def blotted(self, words: str) -> str:
        """`words` without any of them."""
        for one in self.names:
            words = words.replace(one, BLOT)
        return _A_NUMBER.sub(self._number, words) if self.numbers else words

    def _number(self, found: re.Match[str]) -> str:
        number = _plain(found[0])
        return BLOT if any(one in number for one in self.numbers) else found[0]


def _words_in(value: object) -> Iterator[str]:
    """Texts and numbers of a value, however deep they lie."""
    if isinstance(value, Mapping):
        value = [*value.values()]
    if isinstance(value, list):
        for one in value:
            yield from _words_in(one)
    elif isinstance(value, str | int):
        yield str(value).strip()


def _pieces(words: str) -> Iterator[str]:
    """`words`, and each of several who are told of in them."""
    yield "".join(words.split()) if _SPACED.fullmatch(words) else words
    many = [] if _A_NUMBER.fullmatch(words) else _BETWEEN.split(words)
    if all(map(_ONE_OF_MANY.fullmatch, many)):
        yield from many


def _plain(number: str) -> str:
    return number.translate(_PLAIN).upper()
