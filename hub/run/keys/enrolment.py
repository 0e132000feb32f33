"""The departments and workers of a pack become accounts on the broker, each with its access rules and nothing more."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.bus import accounts
from hub.bus.broker import Broker
from hub.bus.rules import Rule
from hub.errors import FixSettings

_PASSWORD_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """What a set-up has changed, and what it has found."""

    accounts: int
    passwords: Mapping[str, str] = field(repr=False)
    """Account → password, of those that got one now."""
    given: int
    taken: int
    """Access rules that came, and that went because nothing in the pack asks for them."""
    left_over: tuple[str, ...]
    """Accounts of ours that the pack no longer knows; they keep what they have until they are removed."""


def enrol(
    broker: Broker, rules: frozenset[Rule], *, rotate: Collection[str] = (), remove: Collection[str] = ()
) -> Enrolled:
    """Every account of `rules` is on the broker and may do what stands there. Run again, it changes nothing but the
    passwords of `rotate`; accounts of `remove` end.

    Raises FixSettings C146 for a name that is nobody's, C147 for one to remove that the pack still knows.
    """
    wanted, there = {rule.account for rule in rules}, broker.accounts()
    for name in rotate:
        if name not in wanted:
            raise FixSettings("C146", account=name)
    for name in remove:
        if name in wanted:
            raise FixSettings("C147", account=name)
        if name not in there:
            raise FixSettings("C146", account=name)
    for name in remove:
        broker.remove(name)
    fresh = {name: secrets.token_urlsafe(_PASSWORD_BYTES) for name in sorted((wanted - there) | set(rotate))}
    broker.set_passwords(fresh)
    changed = broker.keep(rules)
    return Enrolled(
        accounts=len(wanted),
        passwords=fresh,
        given=changed.given,
        taken=changed.taken,
        left_over=tuple(sorted(there - wanted - set(remove))),
    )


def note(file: Path, enrolled: Enrolled, *, removed: Collection[str] = ()) -> None:
    """Writes the new passwords to `file`, beside those that stand there. Raises FixSettings C119."""
    known = {name: password for name, password in accounts.read(file).items() if name not in removed}
    accounts.write(file, {**known, **enrolled.passwords})
