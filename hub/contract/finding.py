"""What is wrong with a file of a pack: where, what, and what to do next.

Only the finding itself. Who finds: `hub.contract` for contracts, `hub.pack` for everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.errors import FixSettings
from hub.messages import Told, text_of
from hub.messages.text import Language


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a pack file. `line` counts from 1; 0 speaks of the file as a whole."""

    file: str
    """Path below the pack's root, with `/`."""
    line: int
    code: str
    """A code of `hub.messages` (family K)."""
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """`file:line`, as an editor opens it; the file alone where no line is to blame."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def told(self, language: Language = Language.ZH) -> Told:
        """Cause, next step and place in words of `language`."""
        return text_of(FixSettings(self.code, pointer=self.where, **self.facts), language)
