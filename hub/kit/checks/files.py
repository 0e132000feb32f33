"""What only files do: half-written, missing, damaged, replaced, continued, in another charset. Rules: domain.md 7.1, N70.

There is no wire in between: the system fails by its own named failures, and one that has no such failure is not asked.
"""

from datetime import timedelta
from typing import Final

from hub.errors import HubError
from hub.kit.checks.levers import all_come, let_out, needs_failure, refs_of, steps
from hub.kit.outcome import Level, check
from hub.kit.subject import NOON, Subject, demand
from hub.plugin import Utterance

_LATER: Final = timedelta(minutes=4)
_AN_HOUR_S: Final = 3600.0
_AN_EXPORT_S: Final = 150.0
"""Scenario time in which what is due has been exported, and what is half is not mended yet."""
_NO_FILES: Final = "its system sends no files"
_NO_FERRY: Final = "its system is no ferry of numbered files"
_NO_DIRECTORY: Final = "its system puts no files into a directory"


@check("half-written-file", Level.SILVER, "a file is read when it is whole, and not before")
def half_written_file(subject: Subject) -> None:
    needs_failure(subject, "half_written", why=_NO_FILES)
    said = (subject.says(number, at=NOON, defect="half_written") for number in range(1, 7))
    with subject.at_desk(*said, failures=("half_written",)) as desk:
        let_out(desk, after_s=_AN_EXPORT_S)
        steps(desk, 5)
        demand(not desk.story.bodies, "half", "rows of a file were read before it was whole")
        let_out(desk, after_s=_AN_HOUR_S)
        all_come(desk, 6, after="the file was whole")


@check("gap", Level.SILVER, "a missing number is waited for: nothing behind it is taken, and it is told")
def gap(subject: Subject) -> None:
    needs_failure(subject, "gap", why=_NO_FERRY)
    with subject.at_desk(*_three(subject, "lost_file")) as desk:
        let_out(desk, after_s=_AN_HOUR_S)
        steps(desk, 10)
        refs = refs_of(desk.story.drafts)
        demand(len(refs) == 1, "skipped", "a file is missing, and what came behind it was taken")
        demand(_told(desk.story.troubles, "S108"), "hidden", "it says nothing of the file that is missing")
    with subject.at_desk(*_three(subject, "gap")) as desk:
        let_out(desk, after_s=_AN_HOUR_S)
        all_come(desk, 3, after="the missing file arrived")
        refs = refs_of(desk.story.drafts)
        demand(refs == sorted(refs), "order", "files are not read in the order of their numbers")


@check("damaged-file", Level.SILVER, "a file that is not as its manifest says is waited for, and told")
def damaged_file(subject: Subject) -> None:
    needs_failure(subject, "zero_byte", why=_NO_FERRY)
    for damage in ("zero_byte", "truncated_zip"):
        first, second, _ = _three(subject, damage)
        with subject.at_desk(first, second) as desk:
            let_out(desk, after_s=_LATER.total_seconds())
            steps(desk, 10)
            demand(len(desk.story.bodies) == 1, "taken", "rows of a damaged file were taken")
            demand(_told(desk.story.troubles, "S109"), "hidden", "it says nothing of the damaged file")
            let_out(desk, after_s=_AN_HOUR_S)
            all_come(desk, 2, after="the same number came whole")


@check(
    "foreign-copy",
    Level.SILVER,
    "a number that was taken and comes again with other content is told once, and not taken",
)
def foreign_copy(subject: Subject) -> None:
    needs_failure(subject, "duplicate_name", why=_NO_FERRY)
    with subject.at_desk(*_three(subject, "duplicate_name")) as desk:
        let_out(desk, after_s=_LATER.total_seconds())
        steps(desk, 10)
        let_out(desk, after_s=_AN_HOUR_S)
        desk.run()
        desk.again()
        story = desk.run()
        refs = refs_of(story.drafts)
        demand(
            refs == sorted(set(refs)) and len(refs) == 3, "taken", "the second copy of a file was taken, too"
        )
        demand(story.codes == ["S111"], "hidden", "a foreign copy is not told, or more than once")


@check(
    "ferried-bomb",
    Level.SILVER,
    "an archive that unpacks to more than is allowed stays closed, and what follows comes",
)
def ferried_bomb(subject: Subject) -> None:
    _refused(subject, "zip_bomb", "S112")


@check(
    "path-in-archive",
    Level.SILVER,
    "a name with a path inside an archive opens nothing, and what follows comes",
)
def path_in_archive(subject: Subject) -> None:
    _refused(subject, "path_in_zip", "S115")


@check("miscounted-file", Level.SILVER, "fewer rows than the manifest says are told, and taken")
def miscounted_file(subject: Subject) -> None:
    _refused(subject, "miscounted", "S114")


@check("replaced-file", Level.SILVER, "a file that is written anew under the same name is read anew")
def replaced_file(subject: Subject) -> None:
    needs_failure(subject, "same_name", why=_NO_DIRECTORY)
    _two_exports(subject, "same_name")


@check("continued-file", Level.SILVER, "a file that goes on at its end is read on")
def continued_file(subject: Subject) -> None:
    needs_failure(subject, "appended", why=_NO_DIRECTORY)
    _two_exports(subject, "appended")


@check("charset-of-a-file", Level.SILVER, "the same words in another charset are the same words")
def charset_of_a_file(subject: Subject) -> None:
    needs_failure(subject, "utf16", why=_NO_DIRECTORY)
    said = [subject.says(number) for number in (1, 2)]
    plain = subject.story(*said)
    for charset in ("utf8_bom", "utf16"):
        other = subject.story(*said, failures=(charset,))
        demand(
            [(one.source_ref, one.title, one.content) for one in plain.drafts]
            == [(one.source_ref, one.title, one.content) for one in other.drafts],
            "other",
            f"the same file as {charset} says something else",
        )


@check(
    "file-of-another",
    Level.SILVER,
    "a file that is none of its system's is one record that says so, and stops nothing",
)
def file_of_another(subject: Subject) -> None:
    needs_failure(subject, "not_a_table", why=_NO_DIRECTORY)
    story = subject.story(*(subject.says(number) for number in (1, 2)), failures=("not_a_table",))
    demand(len(set(refs_of(story.drafts))) == 2, "stopped", "a file that cannot be read stops the others")
    demand(len(story.codes) == 1, "hidden", "nothing is left of a file that could not be read")


def _three(subject: Subject, defect: str) -> list[Utterance]:
    """Three things in three files; the second has the defect."""
    return [
        subject.says(number, at=NOON + (number - 1) * _LATER / 2, defect=defect if number == 2 else "")
        for number in (1, 2, 3)
    ]


def _refused(subject: Subject, defect: str, code: str) -> None:
    needs_failure(subject, defect, why=_NO_FERRY)
    with subject.at_desk(*_three(subject, defect)) as desk:
        let_out(desk, after_s=_AN_HOUR_S)
        story = desk.run()
        demand(len(refs_of(story.drafts)) == 3, "stopped", "a file that is refused stops those behind it")
        demand(story.codes == [code], "hidden", f"it is not told with {code}, or more than once")


def _two_exports(subject: Subject, failure: str) -> None:
    early = [subject.says(number) for number in (1, 2, 3)]
    late = [subject.says(number, at=NOON + _LATER) for number in (4, 5)]
    with subject.at_desk(*early, *late, failures=(failure,)) as desk:
        let_out(desk)
        desk.run(until=lambda: len(desk.story.drafts) >= len(early))
        let_out(desk, after_s=_AN_HOUR_S)
        all_come(desk, 5, after="the second export")


def _told(troubles: list[HubError], code: str) -> bool:
    return any(error.code == code for error in troubles)
