"""The errors that the hub raises on purpose, cut by what recovers.

    HubError
    ├── TryLater       the other side may answer next time: back off, the cursor stays
    ├── SignInAgain    a token or registration ended: sign in once more, then go on
    ├── SourceGone     the source is not what it was (address, schema): a person must look
    ├── PeerRefused    a peer that may not come in: the protocol's own refusal, one audit row
    ├── BadRecord      this record cannot become an event: its fate is `dead`
    ├── HeldRecord     this record waits for a person or a missing thing: its fate is `held`
    ├── Refused        a caller asked for what is not allowed or not possible: nothing changed
    ├── FixSettings    settings, pack or command line: nothing starts until it is mended
    └── Bug            our own mistake

An error is a code with safe facts. Its words (cause and next step, in Chinese and English) stand in
`hub.messages`, once. Nothing a source sent may be a fact: ids of ours, counts, names of fields and
limits only.
"""

from collections.abc import Mapping
from typing import Final


class HubError(Exception):
    """Raised on purpose; carries a code, a JSON pointer and safe facts, never a value that was sent."""

    def __init__(self, code: str, *, pointer: str = "", **facts: str | float) -> None:
        super().__init__(code)
        self.code: Final = code
        self.pointer: Final = pointer
        self.facts: Final = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross processes: all of them is kept."""
        return _rebuild, (type(self), self.code, self.pointer, dict(self.facts))

    def __str__(self) -> str:
        from hub.messages import text_of

        return text_of(self).line


def _rebuild(kind: type[HubError], code: str, pointer: str, facts: dict[str, str | int | float]) -> HubError:
    return kind(code, pointer=pointer, **facts)


class TryLater(HubError):
    """The other side may answer next time; the supervisor backs off and the cursor stays."""


class SignInAgain(TryLater):
    """A token or a registration ended: sign in once more, then the same page again."""


class SourceGone(HubError):
    """The source is not what it was (address, schema, view): a person must look at it."""


class PeerRefused(HubError):
    """A peer whose signature, digest or token is wrong: refused in its own protocol, and audited.

    `status`, `body` and `headers` are that protocol's refusal.
    """

    def __init__(
        self, code: str, *, status: int = 401, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code)
        self.status: Final = status
        self.body: Final = body
        self.headers: Final[Mapping[str, str]] = headers or {}


class BadRecord(HubError):
    """This record cannot become an event: its fate is `dead`, and its page goes on."""


class HeldRecord(HubError):
    """This record waits for a person or a missing thing: its fate is `held`, and its page goes on."""


class Refused(HubError):
    """A caller asked for what is not allowed or not possible; nothing has changed."""


class FixSettings(HubError):
    """Settings, pack or command line are wrong: nothing starts until a person mends them."""


class Bug(HubError):
    """Our own mistake; please report it with its code."""
