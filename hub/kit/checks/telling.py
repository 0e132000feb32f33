"""What the hub tells a source: it arrives, once, and what goes wrong with one answer stops no other.

Rules: domain.md N12, N68, N69, N81.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from hub.errors import HubError, Refused, SourceGone, TryLater
from hub.kit.checks.levers import needs_wire
from hub.kit.desk import Desk, fine
from hub.kit.outcome import Failed, Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.kit.wire import Trouble
from hub.model import Draft, Stage
from hub.plugin import Answer
from hub.plugin.adapter import Tells

_CANNOT: Final = "it can be told nothing"
_TEXT: Final = "已派员到场，井盖更换完毕。"
_NOWHERE: Final = "KIT-NO-SUCH-REPORT"


@check("tells-as-offered", Level.BRONZE, "whether it can be told anything is what its offer says")
def tells_as_offered(subject: Subject) -> None:
    can = isinstance(subject.adapter, Tells)
    demand(not (can and subject.entry.cannot_tell), "can", "it has `tell`, and its offer says cannot_tell")
    demand(
        can or subject.entry.cannot_tell, "cannot", "it has no `tell`, and its offer does not say cannot_tell"
    )


@check("told", Level.SILVER, "an answer arrives at the report that it is for")
def told(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        answer = answer_to(draft, 1)
        _tell(desk, answer)
        heard = [one for one in desk.simulator.heard() if one["nonce"] == answer.nonce]
        demand(bool(heard), "lost", "what was told has not been heard")
        demand(heard[-1]["ref"] == draft.source_ref, "other", "it was heard of another report")


@check("told-twice", Level.SILVER, "the same answer told twice is heard once")
def told_twice(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        for _ in range(2):
            _tell(desk, answer_to(draft, 1))
        heard = [one for one in desk.simulator.heard() if one["ref"] == draft.source_ref]
        demand(len(heard) == 1, "twice", "an answer that is told again is heard again")


@check("told-each", Level.SILVER, "reports that became one matter are each told")
def told_each(subject: Subject) -> None:
    subject.needs(Tells, why=_CANNOT)
    with subject.at_desk(*(subject.says(number) for number in (1, 2, 3))) as desk:
        drafts = desk.run().drafts
        for number, draft in enumerate(drafts):
            _tell(desk, answer_to(draft, number))
        heard = {one["ref"] for one in desk.simulator.heard()}
        demand(
            heard >= {draft.source_ref for draft in drafts},
            "one",
            "of reports of one matter not each is told",
        )


@check("told-every-stage", Level.SILVER, "every stage that the hub knows can be told")
def told_every_stage(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        for number, stage in enumerate(Stage):
            _tell(desk, answer_to(draft, number, stage))
            demand(bool(_heard(desk, number)), "lost", f"the stage {stage} has not been heard")


@check("told-busy", Level.SILVER, "a source that is busy is told again later, and hears it once")
def told_busy(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        needs_wire(desk)
        desk.trouble = lambda _: Trouble.SERVER_ERROR
        error = _error_of(lambda: _tell(desk, answer_to(draft, 1)))
        demand(isinstance(error, TryLater), "given-up", "a source that is busy for now is not told again")
        desk.trouble = fine
        _tell(desk, answer_to(draft, 1))
        demand(len(_heard(desk, 1)) == 1, "lost", "told again, it is not heard once")


@check("told-refused", Level.SILVER, "an answer that its source refuses fails alone")
def told_refused(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        needs_wire(desk)
        desk.trouble = lambda _: Trouble.NOT_FOUND
        error = _error_of(lambda: _tell(desk, answer_to(draft, 1)))
        demand(error is not None, "believed", "it is refused, and counts as told")
        demand(
            isinstance(error, Refused | SourceGone),
            "again",
            "it is refused for good, and told again for ever",
        )
        desk.trouble = fine
        _tell(desk, answer_to(draft, 2))
        demand(len(_heard(desk, 2)) == 1, "stopped", "after one refused answer no other one is heard")


@check("told-nobody", Level.SILVER, "an answer to a report that its source does not know stops nothing")
def told_nobody(subject: Subject) -> None:
    with _answering(subject) as (desk, draft):
        stray = Answer(
            source_ref=_NOWHERE,
            part="",
            stage=Stage.CLOSED,
            at=NOON,
            text=_TEXT,
            department="城管",
            nonce="n" * 32,
        )
        _error_of(lambda: _tell(desk, stray))
        _tell(desk, answer_to(draft, 2))
        demand(len(_heard(desk, 2)) == 1, "stopped", "after an answer to nobody no other one is heard")


def answer_to(draft: Draft, number: int, stage: Stage = Stage.DONE_BY_DEPT) -> Answer:
    """What the hub would tell of a report; `number` tells answers apart."""
    return Answer(
        source_ref=draft.source_ref,
        part=draft.part,
        stage=stage,
        at=NOON,
        text=_TEXT,
        department="崇川区城市管理局",
        nonce=_nonce(number),
    )


def _nonce(number: int) -> str:
    return f"{number:032x}"


def _heard(desk: Desk, number: int) -> list[object]:
    return [one for one in desk.simulator.heard() if one["nonce"] == _nonce(number)]


@contextmanager
def _answering(subject: Subject) -> Iterator[tuple[Desk, Draft]]:
    """A desk where one report has come, and the report."""
    subject.needs(Tells, why=_CANNOT)
    with subject.at_desk(subject.says()) as desk:
        drafts = desk.run().drafts
        if not drafts:
            raise Failed("nothing", "nothing of what was said became a report")
        yield desk, drafts[0]


def _tell(desk: Desk, answer: Answer) -> None:
    assert isinstance(desk.adapter, Tells)  # noqa: S101  asked before
    desk.adapter.tell(answer)


def _error_of(work: Callable[[], None]) -> HubError | None:
    """What of the hub's tree came of it; raises Failed `crashed` for anything else."""
    try:
        work()
    except HubError as error:
        return error
    except Exception as error:
        raise Failed("crashed", f"it raised {type(error).__name__} when it was told") from None
    return None
