"""The desk and the files that reports came with: a person looks at one, and says whether departments may.

Every look and every word is written down with who and why, in the transaction that does it. Staff only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.access.account import Result
from hub.access.audit import AuditRow
from hub.access.exits import Exit
from hub.access.vault import DataKey, Vault
from hub.errors import Refused
from hub.model import Attachment, AttachmentState, Disclosure
from hub.run.exits.showing import ATTACHMENTS
from hub.run.ground.ledger import Ledger
from hub.run.ground.pictures import Part, Picture, drawn
from hub.run.ground.sealing import FILE_SEALED_AT, PICTURE_SEALED_AT
from hub.store import attachments, keys

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}")


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as its source sent it: for the desk, never for a department."""

    kind: str
    content: bytes


class Releasing:
    """What one person does in one transaction. At most one call each: the ledger takes one block."""

    def __init__(
        self, conn: Connection, *, vault: Vault, ledger: Ledger, by: str, reason: str, at: datetime
    ) -> None:
        """`by`: the person's account; `reason`: a code. Raises Refused F135 where either is no code."""
        if not (_CODE.fullmatch(by) and _CODE.fullmatch(reason)):
            raise Refused("F135")
        self._conn, self._vault, self._ledger = conn, vault, ledger
        self._by, self._reason, self._at = by, reason, at

    def look(self, id_: str, covered: Sequence[Part] = ()) -> Picture:
        """The picture as a department would be shown it. Raises as `release`."""
        one, key = self._fetched(id_)
        picture = drawn(self._content(one, key), covered)
        self._note(one, "look")
        return picture

    def look_as_sent(self, id_: str) -> Sent:
        """The file itself, with everything that hides in it. Raises Refused F136, F132."""
        one, key = self._fetched(id_)
        content = self._content(one, key)
        self._note(one, "look_as_sent")
        return Sent(one.kind, content)

    def release(self, id_: str, covered: Sequence[Part] = ()) -> Picture:
        """Departments that are granted it are shown the picture from now on, black where `covered`.

        Raises Refused F136 where there is none, F132 where nothing was fetched, F133 and F131 where no picture
        can be made of it, F134 for a part outside of it.
        """
        one, key = self._fetched(id_)
        picture = drawn(self._content(one, key), covered)
        sealed = self._vault.seal(key, PICTURE_SEALED_AT, picture.content)
        disclosure = Disclosure.COVERED if covered else Disclosure.RELEASED
        self._decide(one, disclosure, (sealed, len(picture.content)))
        return picture

    def refuse(self, id_: str) -> None:
        """No department is shown it, also where it was released before. Raises Refused F136."""
        one = attachments.get(self._conn, id_)
        if one is None:
            raise Refused("F136")
        self._decide(one, Disclosure.WITHHELD, None)

    def _decide(self, one: Attachment, disclosure: Disclosure, picture: tuple[bytes, int] | None) -> None:
        attachments.decide(
            self._conn,
            one.id,
            disclosure,
            by=self._by,
            reason=self._reason,
            at=self._at,
            picture=picture,
        )
        self._note(one, disclosure.value)

    def _fetched(self, id_: str) -> tuple[Attachment, DataKey]:
        one = attachments.get(self._conn, id_)
        if one is None:
            raise Refused("F136")
        key = keys.of(self._conn, [one.record_id]).get(one.record_id)
        if one.state is not AttachmentState.FETCHED or key is None:
            raise Refused("F132", state=one.state.value)
        return one, key

    def _content(self, one: Attachment, key: DataKey) -> bytes:
        sealed = attachments.body(self._conn, one.id)
        if sealed is None:
            raise Refused("F132", state=one.state.value)
        return self._vault.open(key, FILE_SEALED_AT, sealed)

    def _note(self, one: Attachment, purpose: str) -> None:
        row = AuditRow(
            at=self._at,
            who=self._by,
            exit=Exit.CLI,
            result=Result.ALLOW,
            purpose=purpose,
            fields=(ATTACHMENTS,),
            rows=(one.id,),
            matter=one.event_id,
            reason=self._reason,
        )
        self._ledger.append(self._conn, [row], self._at)
