"""A department contacts a resident through the hub, and sees how that stands; no number goes out. The caller is the key's
department."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.api import examples
from hub.api.departments import router_of
from hub.api.doors import AllDoors, Department
from hub.api.plain import PlainText
from hub.run.ringing.asker import Asker
from hub.run.ringing.contacts import Wanted
from hub.whistle.contact import LONGEST, ContactState, Kind

router = router_of()


class ContactIn(BaseModel):
    """代发、代拨. `nonce` is the department's own id for it: a retry contacts nobody twice. `report`: id of a report as the
    opened whistle has it. A message gives `template` or `text`; a call `extension`, the label of one of the department's own
    telephones on the roster of the day."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=examples.CONTACT_IN)
    nonce: PlainText = Field(min_length=1, max_length=64)
    report: PlainText = Field(min_length=1, max_length=64)
    kind: Literal["message", "call"]
    template: PlainText = Field("", max_length=32)
    text: PlainText = Field("", max_length=LONGEST)
    extension: PlainText = Field("", max_length=64)


class Contact(BaseModel):
    """One contact. `state`: `queued`, `sent` (the gateway has it), `delivered` (the phone has it), `answered` (somebody picked
    up), `failed`, then `code` says why. `account`: who of the department asked; "" for its software."""

    model_config = ConfigDict(json_schema_extra=examples.CONTACT_STATE, from_attributes=True)
    id: str
    report: str
    kind: Kind
    template: str
    text: str
    extension: str
    state: ContactState
    code: str
    made_at: datetime
    sent_at: datetime | None
    account: str
    repeated: bool


class ContactList(BaseModel):
    """The newest first."""

    model_config = ConfigDict(json_schema_extra=examples.CONTACTS, from_attributes=True)
    contacts: list[Contact]


@router.get("/whistles/{whistle_id}/contacts")
def list_contacts(department: Department, doors: AllDoors, whistle_id: PlainText) -> ContactList:
    """Whom this department contacted for the whistle, and what became of it."""
    found = doors.contacts.list(department, whistle_id)
    return ContactList(contacts=[Contact.model_validate(one) for one in found])


@router.post("/whistles/{whistle_id}/contacts", status_code=201)
def contact(department: Department, doors: AllDoors, whistle_id: PlainText, said: ContactIn) -> Contact:
    """Writes to who told a report, or connects one of the department's telephones with theirs; it is sent a moment later."""
    wanted = Wanted(
        nonce=said.nonce,
        report=said.report,
        kind=Kind(said.kind),
        template=said.template,
        text=said.text.strip(),
        extension=said.extension,
    )
    made = doors.contacts.ask(Asker(department), whistle_id, wanted, doors.clock.now())
    return Contact.model_validate(made)
