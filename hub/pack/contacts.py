"""`contacts.yaml`: how departments may contact residents through the hub: channels, limit, quiet hours, templates.

The file may be absent: then nobody is contacted.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from hub.contract.marked import Entry
from hub.pack.reading import PackFiles, required_text
from hub.whistle.contact import LONGEST, NO_CONTACT, PLACEHOLDERS, ContactRules, Kind, Template, unknown_names

FILE: Final = "contacts.yaml"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MOST: Final = 20
_LAST_HOUR: Final = 23


def read_contacts(files: PackFiles, channels: Collection[str]) -> ContactRules:
    """The rules; `channels`: those of the rosters."""
    if not (files.root / FILE).exists():
        return NO_CONTACT
    sheet = files.yaml(FILE)
    sheet.closed(("channels", "most_a_day", "quiet", "templates"), ("version",))
    quiet = sheet["quiet"]
    quiet.closed(("from_hour", "to_hour"))
    return ContactRules(
        channels=dict(_channels(sheet["channels"], channels)),
        most_a_day=sheet["most_a_day"].whole(1, _MOST),
        quiet_from=quiet["from_hour"].whole(0, _LAST_HOUR),
        quiet_to=quiet["to_hour"].whole(0, _LAST_HOUR),
        templates=dict(_templates(sheet["templates"])),
    )


def _channels(entry: Entry, channels: Collection[str]) -> Iterator[tuple[Kind, str]]:
    entry.closed((), tuple(one.value for one in Kind))
    for kind in Kind:
        if not entry[kind].is_absent:
            yield kind, entry[kind].among(channels, "K275")


def _templates(entry: Entry) -> Iterator[tuple[str, Template]]:
    for name, one in entry.items():
        one.closed(("title", "text"))
        if not _NAME.fullmatch(name):
            one.faults.add(one.pointer, "K132", name=name)
        text = required_text(one, "text")
        for unknown in unknown_names(text):
            Entry(unknown, f"{one.pointer}/text", one.faults).among(PLACEHOLDERS, "K208")
        if len(text) > LONGEST:
            one.faults.add(f"{one.pointer}/text", "K207", name="text", least=1, most=LONGEST)
        yield name, Template(name, required_text(one, "title"), text)
