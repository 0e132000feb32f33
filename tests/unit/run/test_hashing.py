"""How passwords are kept: dear for whoever guesses, and the same for a name that nobody has."""

import time

import pytest
from argon2 import PasswordHasher

from hub.run.people.hashing import fits, hashed

WORDS = "correct horse battery staple"


def test_a_password_is_kept_as_argon2id_with_the_recommended_cost() -> None:
    kept = hashed(WORDS)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert WORDS not in kept
    assert kept != hashed(WORDS)  # salted


def test_the_right_one_fits_and_no_other() -> None:
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(WORDS)
    assert fits(kept, WORDS)
    assert not fits(kept, WORDS + " ")
    assert not fits(kept, "")


@pytest.mark.parametrize("kept", ["", "damaged", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_nothing_fits_what_is_none(kept: str) -> None:
    assert not fits(kept, WORDS)


def test_asking_for_nobody_takes_as_long_as_for_somebody() -> None:
    kept = hashed(WORDS)

    def cost_s(of: str) -> float:
        began = time.process_time()
        fits(of, "wrong")
        return time.process_time() - began

    somebody, nobody = (min(cost_s(of) for _ in range(3)) for of in (kept, ""))
    assert 0.5 < nobody / somebody < 2
