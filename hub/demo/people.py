"""Invented requesters: every value is obviously not a person's, and can be searched for at every exit."""

import random
from dataclasses import dataclass
from typing import Final

from hub.model import Person

_STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"


@dataclass(slots=True)
class People:
    """Makes people one after the other; `made` lists all of them, as canaries."""

    rng: random.Random
    made: list[Person]

    def next(self) -> Person:
        """A requester that nobody else in this scenario is."""
        n = len(self.made)
        name = "测" + _STEMS[n % 10] + _BRANCHES[n // 10 % 12]
        person = Person(
            name=name,
            phone=f"1380000{n % 10000:04d}",
            id_number=_id_number(n),
            address=f"虚构里{n + 1}号{n % 60 + 101}室",
            callback=self.rng.random() < 0.5,
        )
        self.made.append(person)
        return person


def _id_number(n: int) -> str:
    """18 digits with a right check digit (GB 11643), of somebody born in 1900."""
    body = f"3299011900{n // 28 % 12 + 1:02d}{n % 28 + 1:02d}{n % 1000:03d}"
    total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True))
    return body + _CHECK[total % 11]
