"""Which version of each plugin is used, and whether it is on: one choice for all processes of a hub."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from hub.store.engine import insert
from hub.store.moments import to_us
from hub.store.tables import plugin_choice


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted of one plugin's distribution; where nobody chose, the installed version is used, and on."""

    version: str = ""
    """On the shelf; "" the installed one."""
    before: str | None = None
    """The version before it; None where none was."""
    is_on: bool = True


USUAL = Choice()
_WHICH, _WHETHER = ("version", "before"), ("is_on",)


def all_(conn: Connection) -> Mapping[str, Choice]:
    """Distribution → what was chosen."""
    rows = conn.execute(select(plugin_choice))
    return {r.distribution: Choice(r.version, r.before, bool(r.is_on)) for r in rows}


def use(conn: Connection, distribution: str, version: str, at: datetime) -> Choice:
    """From now on that version; the one of before is kept for `back`. The same again changes nothing."""
    known = all_(conn).get(distribution, USUAL)
    if known.version == version:
        return known
    return _put(conn, distribution, replace(known, version=version, before=known.version), at, _WHICH)


def turn(conn: Connection, distribution: str, at: datetime, *, is_on: bool) -> Choice:
    """On, or off: nothing is read, and no record of it handled, until it is on again."""
    known = all_(conn).get(distribution, USUAL)
    return _put(conn, distribution, replace(known, is_on=is_on), at, _WHETHER)


def _put(conn: Connection, distribution: str, one: Choice, at: datetime, changed: tuple[str, ...]) -> Choice:
    """Only what is `changed`: somebody may choose the rest at the same moment."""
    row = {
        "distribution": distribution,
        "version": one.version,
        "before": one.before,
        "is_on": int(one.is_on),
        "changed_us": to_us(at),
    }
    insert(conn, plugin_choice, [row], update=(*changed, "changed_us"))
    return one
