"""Every sentence a user reads about an error: code → cause and next step, in Chinese and English.

One family a file; a code's first letter names its family. Facts stand in braces and are safe by
`hub.errors`' rule. `docs/reference/errors.md` is generated from here.
"""

from dataclasses import dataclass
from typing import Final

from hub.errors import HubError
from hub.messages import (
    access,
    applications,
    attachment,
    beyond,
    bus,
    doctor,
    dossier,
    maps,
    pack,
    peer,
    reconcile,
    record,
    rights,
    settings,
    source,
    supervision,
    whistle,
)
from hub.messages.text import Language, Text

CATALOGUE: Final[dict[str, Text]] = {
    **record.TEXTS,
    **peer.TEXTS,
    **source.TEXTS,
    **settings.TEXTS,
    **pack.TEXTS,
    **access.TEXTS,
    **rights.TEXTS,
    **beyond.TEXTS,
    **applications.TEXTS,
    **attachment.TEXTS,
    **bus.TEXTS,
    **whistle.TEXTS,
    **reconcile.TEXTS,
    **supervision.TEXTS,
    **doctor.TEXTS,
    **dossier.TEXTS,
    **maps.TEXTS,
}
"""Code → text. A test proves that families do not overlap and that every raised code stands here."""


@dataclass(frozen=True, slots=True)
class Told:
    """An error in words of one language: `code`, `cause`, `next_step` and where (`pointer`)."""

    code: str
    cause: str
    next_step: str
    pointer: str

    @property
    def line(self) -> str:
        """One line for a terminal or a log."""
        where = f" ({self.pointer})" if self.pointer else ""
        return f"{self.code} {self.cause}{where} → {self.next_step}"

    def as_dict(self) -> dict[str, str]:
        """The same for JSON answers; keys `code`, `cause`, `next_step`, `pointer`."""
        return {
            "code": self.code,
            "cause": self.cause,
            "next_step": self.next_step,
            "pointer": self.pointer,
        }


def text_of(error: HubError, language: Language = Language.ZH) -> Told:
    """`error` in words; an unknown code still answers, and says that the catalogue lacks it."""
    text = CATALOGUE.get(error.code)
    if text is None:
        return Told(error.code, "uncatalogued error", "report this code", error.pointer)
    cause, next_step = (text.zh, text.zh_next) if language is Language.ZH else (text.en, text.en_next)
    facts = _Facts(error.facts)
    return Told(error.code, cause.format_map(facts), next_step.format_map(facts), error.pointer)


class _Facts(dict[str, str | int | float]):
    """A fact that was not given shows as its name: an error about an error would hide the first one."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
