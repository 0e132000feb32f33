"""Rules of the numbers that belong to people: citizen id (GB 11643), bank card (Luhn). Pure."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

CHILD_UNTIL: Final = 14
"""PIPL 28 and 31: what is about a child who is not yet so many years old is sensitive."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"


class Sex(StrEnum):
    """GB/T 2261.1; the value is the word that a department reads."""

    MALE = "男"
    FEMALE = "女"


@dataclass(frozen=True, slots=True)
class Citizen:
    """What a citizen id number says about its owner."""

    born_on: date
    sex: Sex


def age_on(born_on: date, on: date) -> int:
    """Whole years on the day `on`; negative for one who is not born yet."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def citizen_of(number: str) -> Citizen | None:
    """What the number says; None for one that is not valid (check digit, date).

    18 digits, or the 15 of before 1999 that live on in old data (domain.md 4.2); `x` may be small.
    """
    digits = number.upper()
    if not (digits.isascii() and digits[:17].isdigit()):
        return None
    if len(digits) == 18 and digits[17] == _check_digit(digits):
        return _citizen(digits[6:14], digits[16])
    return _citizen("19" + digits[6:12], digits[14]) if len(digits) == 15 else None


def is_child(number: str, on: date) -> bool:
    """Whether the citizen id `number` says that its owner is under 14 on the day `on`.

    False for a number that is not valid (N54) or was masked by its source (N57): nothing is guessed from it.
    """
    citizen = citizen_of(unicodedata.normalize("NFKC", number).strip())
    return citizen is not None and 0 <= age_on(citizen.born_on, on) < CHILD_UNTIL


def _check_digit(digits: str) -> str:
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=False)) % 11]


def _citizen(born: str, order: str) -> Citizen | None:
    try:
        born_on = date(int(born[:4]), int(born[4:6]), int(born[6:8]))
    except ValueError:
        return None
    return Citizen(born_on, Sex.MALE if int(order) % 2 else Sex.FEMALE)


def with_check_digit(first_17: str) -> str:
    """The 18 characters of a citizen id whose first 17 digits are given."""
    return first_17 + _check_digit(first_17)


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn check of the others: a bank card's number, not an order's."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
