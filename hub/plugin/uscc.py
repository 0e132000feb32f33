"""统一社会信用代码 (GB 32100-2015): the check of its last character. Pure."""

from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: no I, O, S, V, Z."""
_WEIGHTS: Final = tuple(pow(3, at, 31) for at in range(17))


def is_uscc(text: str) -> bool:
    """True for 18 characters of the alphabet whose last one checks the others.

    The check value is (31 − Σ mod 31) mod 31: without the last mod a code with remainder 0 is refused,
    which is 1 in 31 of all (N87).
    """
    if len(text) != 18 or any(character not in _ALPHABET for character in text):
        return False
    values = [_ALPHABET.index(character) for character in text]
    total = sum(value * weight for value, weight in zip(values[:17], _WEIGHTS, strict=True))
    return values[17] == (31 - total % 31) % 31
