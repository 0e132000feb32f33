"""What only views, middle tables and spreadsheets do. Rules: domain.md 7.1, N09, N21, N68, N85.

There is no wire in between: the system fails by its own named failures, and one that has no such failure is not asked.
"""

from datetime import timedelta
from typing import Final

from hub.kit.checks.levers import all_come, let_out, needs_failure, refs_of, steps
from hub.kit.desk import Desk
from hub.kit.outcome import Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.model import Stage

_SOON: Final = timedelta(minutes=1)
_A_WHILE_S: Final = 300.0
_SWEEPS: Final = 40
"""More than any adapter may need to be sure that a row is gone."""
_NO_VIEW: Final = "its system is no view"
_NO_TABLE: Final = "its system is no middle table"
_NO_SHEET: Final = "its system sends no spreadsheets"


@check(
    "schema-changes",
    Level.SILVER,
    "a column that comes without a word stops reading by name, and costs nothing",
)
def schema_changes(subject: Subject) -> None:
    needs_failure(subject, "column_added", why=_NO_VIEW)
    said = [*(subject.says(number) for number in range(1, 6)), subject.says(6, at=NOON + _SOON)]
    with subject.at_desk(*said, failures=("column_added",)) as desk:
        let_out(desk)
        desk.run(until=lambda: len(desk.story.drafts) == 5)
        let_out(desk, after_s=_A_WHILE_S)
        steps(desk, 5, passing_s=60.0)
        told = [error for error in desk.story.troubles if error.code == "S107"]
        demand(bool(told), "unseen", "a column came, and nobody was told")
        demand("+" in str(told[0].facts.get("columns")), "unnamed", "it does not say which column came")
        desk.config["fingerprint"] = told[0].facts.get("fingerprint", "")
        desk.again()
        all_come(desk, 6, after="somebody has accepted the column")


@check(
    "absent-row",
    Level.SILVER,
    "a row that vanishes is called off once, and not the first time that it is missing",
)
def absent_row(subject: Subject) -> None:
    needs_failure(subject, "row_vanishes", why=_NO_VIEW)
    said = [*(subject.says(number) for number in range(1, 13)), subject.says(13, at=NOON + _SOON)]
    with subject.at_desk(*said, failures=("row_vanishes",)) as desk:
        let_out(desk)
        desk.run(until=lambda: len(desk.story.drafts) == 12)
        let_out(desk, after_s=_A_WHILE_S)
        steps(desk, 1)
        demand(not _called_off(desk), "at-once", "a row that is missing once is taken for called off")
        steps(desk, _SWEEPS, passing_s=60.0)
        found = _called_off(desk)
        demand(bool(found), "unsaid", "a row vanished, and its matter goes on for ever")
        first = said[0].ref
        demand(found == [first], "other", "not the row that vanished is called off, and only it, and once")


@check("emptied-view", Level.SILVER, "a view that is suddenly empty is at fault: nothing is called off")
def emptied_view(subject: Subject) -> None:
    needs_failure(subject, "view_empties", why=_NO_VIEW)
    said = [*(subject.says(number) for number in range(1, 31)), subject.says(31, at=NOON + _SOON)]
    with subject.at_desk(*said, failures=("view_empties",)) as desk:
        let_out(desk)
        desk.run(until=lambda: len(desk.story.drafts) == 30)
        let_out(desk, after_s=_A_WHILE_S)
        steps(desk, _SWEEPS, passing_s=60.0)
        demand(
            not _called_off(desk), "believed", "somebody emptied the table, and all matters are called off"
        )


@check("half-batch", Level.SILVER, "a batch is read when it is whole, and not before")
def half_batch(subject: Subject) -> None:
    needs_failure(subject, "half_batch", why=_NO_TABLE)
    said = [subject.says(number, at=NOON) for number in range(1, 7)]
    with subject.at_desk(*said, failures=("half_batch",)) as desk:
        let_out(desk)
        steps(desk, 5)
        demand(not desk.story.bodies, "half", "rows of a batch were read before it was whole")
        let_out(desk, after_s=2 * _A_WHILE_S)
        all_come(desk, 6, after="the batch was whole")


@check("cleared-when-taken", Level.SILVER, "nothing is marked as taken before it is stored, everything after")
def cleared_when_taken(subject: Subject) -> None:
    needs_failure(subject, "clears_taken", why=_NO_TABLE)
    with subject.at_desk(
        *(subject.says(number) for number in range(1, 7)), failures=("clears_taken",)
    ) as desk:
        let_out(desk)
        desk.unstored()
        desk.again()
        let_out(desk)
        all_come(
            desk, 6, after="a page that was read was not stored, and what was marked as taken was deleted"
        )
        came = len(desk.story.bodies)
        for _ in range(_SWEEPS):
            let_out(desk)
            steps(desk, 1, passing_s=60.0)
        demand(len(desk.story.bodies) == came, "again", "what the department has deleted comes again")
        demand(not _called_off(desk), "believed", "rows that the department has deleted are called off")


@check("lost-digits", Level.SILVER, "a number that a spreadsheet has rounded is believed by nobody")
def lost_digits(subject: Subject) -> None:
    needs_failure(subject, "rounded_number", why=_NO_SHEET)
    story = subject.story(*(subject.says(number) for number in range(1, 4)), failures=("rounded_number",))
    demand(len(story.drafts) == 2, "believed", "a number that has lost its last digits became a report's")
    demand(story.codes == ["R204"], "other", "the row does not wait for a table with its number as text")


@check("broken-workbook", Level.SILVER, "a file that is no workbook is a record that says so")
def broken_workbook(subject: Subject) -> None:
    needs_failure(subject, "no_workbook", why=_NO_SHEET)
    story = subject.story(*(subject.says(number) for number in range(1, 4)), failures=("no_workbook",))
    demand(len(story.codes) == 1, "lost", "nothing is left of a file that could not be read")
    demand(len(story.drafts) == 3, "stopped", "the tables behind a broken one do not come")


@check("sent-by-form", Level.SILVER, "a file that a browser's form sends is the same file")
def sent_by_form(subject: Subject) -> None:
    needs_failure(subject, "form_upload", why=_NO_SHEET)
    said = [subject.says(number) for number in range(1, 4)]
    plain, form = subject.story(*said), subject.story(*said, failures=("form_upload",))
    demand(plain.bodies == form.bodies, "other", "the same table in a form is another one")


@check("sent-twice", Level.SILVER, "a file that is sent again because the answer was lost changes nothing")
def sent_twice(subject: Subject) -> None:
    needs_failure(subject, "ack_lost", why=_NO_SHEET)
    said = [subject.says(number) for number in range(1, 4)]
    once, twice = subject.story(*said), subject.story(*said, failures=("ack_lost",))
    demand(set(once.bodies) == set(twice.bodies), "other", "a table that is sent again makes other records")


@check("merged-cells", Level.SILVER, "a cell that is merged over two rows is said of both")
def merged_cells(subject: Subject) -> None:
    needs_failure(subject, "merged_cells", why=_NO_SHEET)
    said = [subject.says(number) for number in (1, 2)]
    plain, merged = subject.story(*said), subject.story(*said, failures=("merged_cells",))
    codes = [draft.category for draft in plain.drafts]
    demand(
        codes == [draft.category for draft in merged.drafts],
        "blank",
        "the second row of a merged cell is blank",
    )


def _called_off(desk: Desk) -> list[str]:
    return refs_of(draft for draft in desk.story.drafts if draft.stage is Stage.CANCELLED)
