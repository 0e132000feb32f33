"""What a password has to be. Pure."""

from typing import Final

from hub.errors import Refused

SHORTEST: Final = 12
"""Characters. Length is what counts: no rule asks for digits or signs."""
LONGEST: Final = 256


def check_password(password: str, *, name: str, current: str = "") -> None:
    """Returns where `password` may guard the account called `name`. Raises Refused A324 for one that is too short or too
    long, that holds the name, or that is the `current` one."""
    is_long = SHORTEST <= len(password) <= LONGEST
    if not is_long or name.casefold() in password.casefold() or password == current:
        raise Refused("A324", shortest=SHORTEST)
