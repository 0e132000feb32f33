"""What becomes of an application with the proposal that answers it, in the transaction in which that was decided."""

from sqlalchemy import Connection

from hub.access.application import Step, Taken, advance
from hub.access.proposal import Said, Word
from hub.run.whitelist.appliedclocks import due_at
from hub.store import applications
from hub.whistle.calendar import Calendar


def follow(conn: Connection, calendar: Calendar, proposal: str, said: Said, *, is_decided: bool) -> None:
    """The application that `proposal` answers, if any, goes on: given where its fields hold by `said`, refused for the
    same reason, or waiting for an answer again where the proposal was withdrawn."""
    step = _step(said.word, is_decided)
    stored = applications.answered_by(conn, proposal) if step else None
    if step is None or stored is None:
        return
    taken = Taken(
        step=step,
        by=said.by,
        at=said.at,
        reason=said.reason,
        proposal="" if step is Step.RETURN else proposal,
        due_at=due_at(stored, calendar),
    )
    applications.take(conn, stored, taken, advance(stored.state, step))


def _step(word: Word, is_decided: bool) -> Step | None:
    if word is Word.APPROVE:
        return Step.PROVIDE if is_decided else None
    return {Word.REFUSE: Step.REFUSE, Word.WITHDRAW: Step.RETURN}.get(word)
