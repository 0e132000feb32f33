"""What goes wrong between a department and the hub, cut by what recovers.

    ClientError
    ├── Refused          the hub took nothing: say it otherwise, or leave it
    │   ├── NotOpen      this move is not open from the whistle's state (W101)
    │   ├── NotThere     no such whistle, picture or record, or not yours (404)
    │   └── KeyRefused   the key or the broker's password speaks for nobody
    ├── Unavailable      no answer, or "later", in every try: the same again later, under the same nonce
    └── NotFromTheHub    a webhook whose signature does not hold: believe nothing of it

`code`, `cause`, `next_step` and `pointer` are the hub's own words, in the language that the client asked
for; `code` is "" where it was not the hub that spoke (a proxy, a broker, nobody).
"""

from typing import Final


class ClientError(Exception):
    """Raised on purpose; quotes nothing that a message or an answer held."""

    def __init__(
        self, cause: str, next_step: str = "", *, code: str = "", pointer: str = "", status: int = 0
    ) -> None:
        super().__init__(cause)
        self.code: Final = code
        self.cause: Final = cause
        self.next_step: Final = next_step
        self.pointer: Final = pointer
        """JSON pointer of the field that is wrong, "" where it is none."""
        self.status: Final = status
        """HTTP status, 0 where there was none."""

    def __str__(self) -> str:
        told = f"{self.code} {self.cause}".strip()
        told += f" → {self.next_step}" if self.next_step else ""
        return f"{told} {self.pointer}".strip()


class Refused(ClientError):
    """The hub took nothing, and will refuse the same again."""


class NotOpen(Refused):
    """This move is not open from the whistle's state: it went on without us, or was called off (W101)."""


class NotThere(Refused):
    """No such whistle, picture or record of supervision, or another department's: they look alike."""


class KeyRefused(Refused):
    """The key, or the password of the broker's account, speaks for nobody: ask the hub's administrator."""


class Unavailable(ClientError):
    """The hub or the broker gave no answer, or said "later", in every try. Whether it took what was said is
    open: saying it again under the same nonce changes nothing if it did."""


class NotFromTheHub(ClientError):
    """A webhook that was not signed with our secret within the last five minutes."""
