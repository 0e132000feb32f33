"""What somebody wants of the whitelist, read by the rules that hold for the pack's own file.

A form and a command give entries, a file gives its text; all of them become grants here or nothing does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hub.access.masks import MASKS
from hub.access.proposal import Action, Change
from hub.contract.marked import Entry, Faults, read_yaml
from hub.errors import Refused
from hub.model import Grant
from hub.pack import Pack
from hub.pack.grants import Subjects, read_proposed
from hub.run.whitelist.catalogue import known_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Changes of one kind, why, and by when somebody looks whether they are still needed (None: their last day)."""

    action: Action
    changes: tuple[Change, ...]
    reason: str
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a file says that is not in force, and what is in force that it does not say."""

    new: tuple[Grant, ...]
    changed: tuple[tuple[Grant, Grant], ...]
    """As it stands, as the file says."""
    gone: tuple[Grant, ...]

    def wanted(self, reason: str) -> tuple[Wanted, ...]:
        """The proposals that would make it so: at most one of each kind."""
        kinds = (
            (Action.GRANT, tuple(Change(grant=one) for one in self.new)),
            (Action.CHANGE, tuple(changed(before, after) for before, after in self.changed)),
            (Action.END, tuple(ended(one) for one in self.gone)),
        )
        return tuple(
            Wanted(action=action, changes=changes, reason=reason) for action, changes in kinds if changes
        )


def changed(before: Grant, after: Grant) -> Change:
    """`before` is to become `after`."""
    return Change(target=before.id, target_version=before.version, grant=after)


def ended(one: Grant) -> Change:
    """It is to end."""
    return Change(target=one.id, target_version=one.version)


def from_entries(pack: Pack, entries: Iterable[Mapping[str, Any]]) -> tuple[Grant, ...]:
    """The grants of entries of the form of `grants.yaml`. Raises Refused A206 where they are not right."""
    return _grants(pack, Entry({"grants": list(entries)}, "", Faults("proposal")))


def from_text(pack: Pack, text: str, file: str) -> tuple[Grant, ...]:
    """The same of a whole file."""
    return _grants(pack, read_yaml(text, file))


def _grants(pack: Pack, sheet: Entry) -> tuple[Grant, ...]:
    grants = () if sheet.faults.found else read_proposed(sheet, subjects(pack))
    faults = sheet.faults.in_order()
    if faults:
        first = faults[0]
        raise Refused("A206", count=len(faults), where=first.where, first=first.told().cause)
    return grants


def subjects(pack: Pack) -> Subjects:
    """Whom and what a proposal may name."""
    return Subjects(
        departments=pack.organisations,
        areas=pack.areas,
        categories=pack.taxonomy.categories,
        fields=known_fields(pack),
        masks=MASKS,
    )


def difference(in_force: Iterable[Grant], said: Iterable[Grant]) -> Difference:
    """Between what is in force and what a file says; who approved and versions do not count."""
    stands, wanted = {one.id: one for one in in_force}, {one.id: one for one in said}
    both = [(stands[id_], wanted[id_]) for id_ in wanted if id_ in stands]
    return Difference(
        new=tuple(one for id_, one in wanted.items() if id_ not in stands),
        changed=tuple((before, after) for before, after in both if _told(before) != _told(after)),
        gone=tuple(one for id_, one in stands.items() if id_ not in wanted),
    )


def _told(one: Grant) -> Grant:
    return replace(one, version=0, approved_by=(), outputs=tuple(sorted(one.outputs)))
