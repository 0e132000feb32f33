"""What checks share that have no wire to hold: failures of the system by name, and the moment at which it speaks."""

from collections.abc import Iterable

from hub.kit.desk import Desk
from hub.kit.outcome import Failed, NotApplicable
from hub.kit.subject import Subject, demand
from hub.model import Draft
from hub.plugin.simulator_talking import Talker


def needs_failure(subject: Subject, name: str, *, why: str) -> None:
    """Raises NotApplicable where the system does not know this failure."""
    subject.needs_simulator()
    if name not in getattr(subject.entry.simulator, "FAILURES", {}):
        raise NotApplicable(why)


def needs_wire(desk: Desk) -> None:
    """Raises NotApplicable where the kit holds no wire to the system."""
    if not desk.wires:
        raise NotApplicable("it is not reached over HTTP")


def let_out(desk: Desk, *, after_s: float = 0.0) -> None:
    """So much scenario time passes, and everything that is due by then has been said when it returns."""
    desk.clock.pause(after_s)
    if isinstance(desk.simulator, Talker):
        desk.simulator.let_out()


def steps(desk: Desk, number: int, *, passing_s: float = 0.0) -> None:
    """So many steps, with so much scenario time between them; ends where the adapter stops for good."""
    for _ in range(number):
        try:
            desk.step()
        except Failed as failed:
            if failed.why != "gave_up":
                raise
            return
        desk.clock.pause(passing_s)


def refs_of(drafts: Iterable[Draft]) -> list[str]:
    """Numbers in the order in which they came."""
    return [draft.source_ref for draft in drafts]


def all_come(desk: Desk, number: int, *, after: str) -> None:
    """Reads to the end; raises Failed `lost` where fewer reports than `number` have come, `spoilt` where something
    else came that is no report."""
    story = desk.run()
    refs = set(refs_of(story.drafts))
    demand(len(refs) == number, "lost", f"of {number} reports {len(refs)} have come after {after}")
    demand(not story.codes, "spoilt", f"after {after}, records came that say nothing")
