"""What tests of the whitelist do as admins: propose, approve, look."""

from datetime import datetime, timedelta
from typing import Any

from hub.access.exits import Exit
from hub.access.fields import split
from hub.access.proposal import Action, Change, Proposal, Said, State, Word
from hub.access.whitelist import Decision
from hub.clock import day_of
from hub.model import DepartmentId, Grant, Output
from hub.run.whitelist.applying import Asked
from hub.run.whitelist.wanted import Wanted, changed, ended, from_entries
from hub.store import decisions
from hub.store.decisions import Made
from tests.instruments import HubInHand

ENTRY: dict[str, Any] = {
    "departments": ["zilai"],
    "fields": ["event.status_raw"],
    "purpose": "handle",
    "outputs": ["api", "view"],
    "legal_basis": "本部门权责清单",
    "sensitivity": "general",
    "share_type": "conditional",
    "valid": {"from": datetime(2026, 3, 1).date(), "to": datetime(2026, 12, 31).date()},  # noqa: DTZ001 days only
}


def stands(hub: HubInHand, grant_id: str) -> Grant:
    """The grant in force."""
    return hub.hub.register.grant(grant_id, now=hub.clock.now()).grant


def one_of(hub: HubInHand, department: str, field: str) -> Grant:
    """Its only grant of the field."""
    (one,) = (g for g in hub.hub.whitelist.now().grants if (g.department, g.field) == (department, field))
    return one


def wanting(*changes: Change, action: Action = Action.GRANT, reason: str = "试行") -> Wanted:
    """These changes, for a reason."""
    return Wanted(action=action, changes=changes, reason=reason)


def propose(hub: HubInHand, wanted: Wanted, by: str = "ann") -> Proposal:
    """Proposed now."""
    return hub.hub.proposing(Exit.CLI).propose(wanted, by=by, now=hub.clock.now())


def granting(hub: HubInHand, by: str = "ann", **entry: Any) -> Proposal:
    """A new grant is proposed."""
    (one,) = from_entries(hub.hub.pack, [ENTRY | entry])
    return propose(hub, wanting(Change(grant=one)), by)


def asking(hub: HubInHand, by: str = "olga", department: str = "chengguan", **changes: Any) -> str:
    """An application of a department; its id."""
    said: dict[str, Any] = {
        "fields": ("event.satisfaction", "event.status_raw"),
        "outputs": (Output.VIEW,),
        "purpose": "handle",
        "words": "回访前核对办理情况",
        "legal_basis": "本部门权责清单",
        "ends_on": day_of(hub.clock.now()) + timedelta(days=200),
    }
    return hub.hub.applying(Exit.CLI).ask(Asked(**(said | changes)), DepartmentId(department), by=by)


def changing(hub: HubInHand, before: Grant, after: Grant, by: str = "ann") -> Proposal:
    """A change is proposed."""
    return propose(hub, wanting(changed(before, after), action=Action.CHANGE), by)


def ending(hub: HubInHand, *some: Grant, by: str = "ann") -> Proposal:
    """Their end is proposed."""
    return propose(hub, wanting(*map(ended, some), action=Action.END), by)


def say(hub: HubInHand, proposal: Proposal, by: str, word: Word = Word.APPROVE, **more: Any) -> State:
    """Somebody says a word about it now."""
    said = Said(word=word, by=by, at=hub.clock.now(), **more)
    return hub.hub.proposing(Exit.CLI).say(proposal.id, said)


def approve(hub: HubInHand, proposal: Proposal) -> State:
    """As many others as it needs approve."""
    for by in ("ben", "cem")[: proposal.needs - 1]:
        assert State.PROPOSED == say(hub, proposal, by)
    return say(hub, proposal, "dov")


def end_all(hub: HubInHand, dataset: str = "") -> None:
    """It is decided that every grant ends, or every one of `dataset`, and this process has looked since."""
    grants = [one for one in hub.hub.whitelist.now().grants if split(one.field)[0].startswith(dataset)]
    ends = [Made(Decision(one.id, one.version + 1, None), "gp_end", hub.clock.now()) for one in grants]
    with hub.hub.store.write() as conn:
        decisions.add(conn, ends, behind=decisions.newest(conn))
    hub.hub.whitelist._next_s = float("-inf")
    assert not {one.id for one in grants} & {one.id for one in hub.hub.whitelist.now().grants}
