"""`rosters.yaml`: who is on call for whom, and by which plugin each channel calls (值班表).

The file may be absent: then nobody is called, and `doctor` says for whom. Numbers are duty phones of offices: they are
not printed, logged or shown beside a label.
"""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import combinations
from typing import Final

from hub.contract.marked import Entry
from hub.model import Contract, DepartmentId
from hub.pack.reading import PackFiles, moment, required_text, validity
from hub.whistle.rosters import NOBODY, Between, Contact, Roster, Rosters, Shift, Turn
from hub.whistle.summons import WEBHOOK

FILE: Final = "rosters.yaml"
_NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")  # [0-9], not \d: \d also accepts full-width digits
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,15}")


def read_rosters(files: PackFiles, departments: Collection[str]) -> Rosters:
    """Rosters by department, and the channels there are."""
    if not (files.root / FILE).exists():
        return NOBODY
    sheet = files.yaml(FILE)
    sheet.closed(("channels", "rosters"), ("version",))
    channels = {name: _plugin(name, entry) for name, entry in sheet["channels"].items()}
    rosters: dict[DepartmentId, Roster] = {}
    for name, entry in sheet["rosters"].items():
        Entry(name, entry.pointer, entry.faults).among(departments, "K212")
        rosters[DepartmentId(name)] = _roster(DepartmentId(name), entry, channels)
    return Rosters(rosters, channels)


def check_on_call(files: PackFiles, contracts: Collection[Contract], rosters: Rosters) -> None:
    """K277 for each contract that names channels to call by, and whose department has no roster."""
    for one in contracts:
        if one.on_call.channels and one.department not in rosters.by_department:
            files.faults(one.file).add("", "K277", contract=one.id, department=one.department)


def _plugin(name: str, entry: Entry) -> str:
    entry.closed(("plugin",))
    if not _NAME.fullmatch(name) or name == WEBHOOK:
        entry.faults.add(entry.pointer, "K132", name=name)
    return required_text(entry, "plugin")


def _roster(department: DepartmentId, entry: Entry, channels: Collection[str]) -> Roster:
    entry.closed(("contacts", "shifts"))
    contacts = tuple(_contact(each, channels) for each in entry["contacts"].some())
    _tell_twins(contacts, entry["contacts"])
    by_label = {one.label: one for one in contacts}
    shifts = tuple(_shift(each, by_label) for each in entry["shifts"].some())
    _tell_overlaps(shifts, entry["shifts"])
    return Roster(department=department, contacts=contacts, shifts=shifts)


def _contact(entry: Entry, channels: Collection[str]) -> Contact:
    entry.closed(("label", "numbers", "valid_from"), ("valid_to",))
    begins, ends = validity(entry)
    return Contact(
        label=required_text(entry, "label"),
        numbers=dict(_numbers(entry["numbers"], channels)),
        valid_from=begins,
        valid_to=ends,
    )


def _numbers(entry: Entry, channels: Collection[str]) -> Iterator[tuple[str, str]]:
    for channel, number in entry.items():
        Entry(channel, number.pointer, number.faults).among(channels, "K275")
        text = number.text()
        if isinstance(number.value, str) and not _NUMBER.fullmatch(text):
            number.faults.add(number.pointer, "K271", name=channel)
        yield channel, text


def _tell_twins(contacts: Collection[Contact], entry: Entry) -> None:
    """One label on one day is one contact; a number that changed is the same label with the next validity."""
    for (one, _), (other, each) in combinations(zip(contacts, entry.each(), strict=False), 2):
        if one.label == other.label and (one.holds_on(other.valid_from) or other.holds_on(one.valid_from)):
            each.faults.add(each.pointer, "K270", name=other.label)


def _shift(entry: Entry, contacts: dict[str, Contact]) -> Shift:
    entry.closed(("contacts",), ("when", "from", "to"))
    named = tuple(each.among(contacts, "K272") for each in entry["contacts"].some())
    if named and not any(contacts[label].numbers for label in named if label in contacts):
        entry.faults.add(f"{entry.pointer}/contacts", "K278")
    is_dated = not entry["from"].is_absent and not entry["to"].is_absent
    if is_dated != entry["when"].is_absent or entry["from"].is_absent != entry["to"].is_absent:
        entry.faults.add(entry.pointer, "K273")
        return Shift(Turn.OFFICE, named)
    if not is_dated:
        return Shift(entry["when"].word(Turn, Turn.OFFICE), named)
    begins, ends = moment(entry["from"]), moment(entry["to"])
    if _is_read(begins, ends) and ends <= begins:
        entry.faults.add(f"{entry.pointer}/to", "K111")
    return Shift(Between(begins, ends), named)


def _is_read(*moments: datetime) -> bool:
    return all(one.year > 1 for one in moments)


def _tell_overlaps(shifts: tuple[Shift, ...], entry: Entry) -> None:
    """Two shifts of the same turn, or two dated ones at one moment."""
    for (one, _), (other, each) in combinations(zip(shifts, entry.each(), strict=False), 2):
        if _holds_with(one.when, other.when):
            each.faults.add(each.pointer, "K274")


def _holds_with(one: Turn | Between, other: Turn | Between) -> bool:
    if isinstance(one, Between) and isinstance(other, Between):
        return one.begins < other.ends and other.begins < one.ends
    return one is other
