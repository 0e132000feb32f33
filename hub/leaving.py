"""Public names that will go away: since when that is said, when they are gone, and what to use instead.

A name that leaves is taken out of `__all__` and out of its module, and gets a row here. Reading it works until it is gone,
and says its row as a DeprecationWarning. `hub` and `hub.plugin` ask `reader` already; a module below `hub.plugin` from
which a name leaves sets `__getattr__ = reader(__name__)`. A row stands for twelve months at least; one whose day has come
makes a test red, and is deleted together with what it names. Nothing here reads a clock.
"""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from typing import Any, Final

STAYS_MONTHS: Final = 12
"""For which a leaving name can still be read, at least."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """One public name that will go away."""

    name: str
    """In full: `hub.plugin.Letterbox`."""
    since: date
    gone: date
    instead: str
    """What to use in its place, as the end of a sentence."""
    lies_in: str
    """The module that has it until then, under the same name."""

    @property
    def module(self) -> str:
        """From where it is read."""
        return self.name.rpartition(".")[0]

    @property
    def sentence(self) -> str:
        """For whoever reads it."""
        return f"{self.name} leaves the plugin interface (said on {self.since}, gone on {self.gone}): use {self.instead}"


LEAVING: Final[tuple[Leaving, ...]] = ()
"""All of them; today none."""


def reader(module: str, table: Iterable[Leaving] = LEAVING) -> Callable[[str], Any]:
    """What `module` has for `__getattr__`: reads names that leave it, and says so; raises AttributeError for others."""
    leaving = {one.name.rpartition(".")[2]: one for one in table if one.module == module}

    def read(name: str) -> Any:
        one = leaving.get(name)
        if one is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        warnings.warn(one.sentence, DeprecationWarning, stacklevel=2)
        return getattr(import_module(one.lies_in), name)

    return read
