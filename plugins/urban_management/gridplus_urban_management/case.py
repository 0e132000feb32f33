"""A case as fields, whichever channel brought it, and as the draft that the hub gets.

Pure. The names of the fields are those of the vendor's task list (`rec_id`, `main_type_id` …); the
service writes them as XML elements, the view as columns, and other vendors in other cases of letters.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Final

from gridplus_urban_management.case_flow import stage_in_flow
from gridplus_urban_management.class_codes import class_of
from gridplus_urban_management.config import UrbanConfig
from gridplus_urban_management.coordinates import position_of
from gridplus_urban_management.limits import due_at
from hub import Alias, Draft, HeldRecord, Person, SourceClock, Stage
from hub.plugin.fields import Fields
from hub.plugin.notes import looks_like_a_test, original_numbers
from hub.plugin.text import decode
from hub.plugin.times import parse_moment, zone_of
from hub.plugin.transport.xml import declared_charset, local_name, parse_xml, text_in
from hub.plugin.words import urgency_of

DECLARES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("rec_id", "task_num", "other_task_num", "original_rec_id", "code_version", "event_type_id",
         "main_type_id", "sub_type_id", "street_code", "community_code", "cell_code", "coordinate_x",
         "coordinate_y", "event_src_name", "occur_time", "create_time", "update_time", "dispatch_time",
         "act_deadline_time", "cond_name", "limit_text", "limit_unit", "urgency", "step", "state_name",
         "change", "is_secret"), "internal"),
    **dict.fromkeys(("event_desc", "address", "reporter_name", "reporter_contact"), "personal"),
}  # fmt: skip
"""Field → class of its data. Words that people wrote may hold anything, so they count as personal."""

KEPT: Final = frozenset(name for name, kind in DECLARES.items() if kind == "internal")
"""What is remembered of a row, so that its disappearance can still be told."""

_CHANGED: Final = frozenset({"2", "变更", "更新", "update"})
_A_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9:.]*")
"""A number that a spreadsheet took for a date: many cases share it, so it is nobody's number (N21)."""


def fields_of_xml(content: bytes) -> Fields:
    """The fields of one `<case>`; raises BadRecord or HeldRecord as `decode` and `parse_xml` do."""
    case = parse_xml(decode(content, declared=declared_charset(content)))
    return Fields({local_name(one): text_in(one) for one in case})


def draft_of(case: Fields, config: UrbanConfig, table: str) -> Draft:
    """The draft of one case. Raises HeldRecord R201 (no number), R203 (a time), R304 (a time limit)."""
    zone = zone_of(config.zone)
    step, state = case.text("step", "act_def_name"), case.text("state_name", "operating", "state")
    urgency = case.text("urgency", "urgency_name")
    description = case.text("event_desc")
    return Draft(
        source_ref=case.needed_ref("rec_id"),
        aliases=_aliases(case, config.numbers_of),
        same_as=_same_as(case, description),
        version=_version(case, zone),
        occurred_at=case.moment("occur_time", zone=zone),
        reported_at=case.moment("create_time", "report_time", zone=zone),
        category=class_of(
            case,
            table=table,
            tables=config.code_tables,
            components=config.components,
            national=config.codes == "national",
        ),
        urgency=urgency_of(urgency),
        urgency_raw=urgency,
        channel=case.text("event_src_name"),
        stage=stage_in_flow(step, state, own=config.states, before_filing=config.check_before_filing),
        status_raw=state or step,
        is_update=case.text("change").lower() in _CHANGED,
        title=case.text("sub_type_name"),
        content=description,
        position=position_of(case.text("coordinate_x"), case.text("coordinate_y"), config.place),
        address=case.text("address"),
        area_code=case.ref("community_code", "street_code", "district_code"),
        grid_code=case.ref("cell_code", "bgid"),
        requester=_requester(case),
        secret=case.yes("is_secret"),
        clocks=_clocks(case, zone),
        condition=case.text("cond_name", "limit_text"),
        flags=("test_data",) if looks_like_a_test(description) else (),
    )


def vanished(case: Fields, config: UrbanConfig, table: str) -> Draft:
    """The draft that says a row is no more: the last known class and place, stage CANCELLED (N09, N11)."""
    return replace(
        draft_of(case, config, table), stage=Stage.CANCELLED, is_update=True, flags=("row_vanished",)
    )


def _aliases(case: Fields, numbers_of: str) -> tuple[Alias, ...]:
    numbered = {"task_num": case.ref("task_num"), numbers_of: case.ref("other_task_num")}
    return tuple(Alias(system, ref) for system, ref in numbered.items() if ref and not _A_DATE.fullmatch(ref))


def _same_as(case: Fields, description: str) -> tuple[str, ...]:
    """Cases that this one is opened again for; the description names them where no field does (N10)."""
    own = {case.ref("rec_id"), case.ref("task_num")}
    named = (case.ref("original_rec_id"), *original_numbers(description, own=own))
    return tuple(dict.fromkeys(ref for ref in named if ref))


def version_of(updated: str, zone: tzinfo) -> str:
    """The version that an update time, as the platform writes it, stands for; raises HeldRecord R203."""
    return _sortable(parse_moment(updated, zone=zone))


def _version(case: Fields, zone: tzinfo) -> str:
    """The update time; "" in a view, which has none."""
    return _sortable(case.moment("update_time", zone=zone))


def _sortable(updated: datetime | None) -> str:
    return "" if updated is None else updated.isoformat(timespec="milliseconds")


def _requester(case: Fields) -> Person | None:
    name, phone = case.text("reporter_name"), case.text("reporter_contact")
    return Person(name=name, phone=phone) if name or phone else None


def _clocks(case: Fields, zone: tzinfo) -> tuple[SourceClock, ...]:
    """The platform's own deadline: the moment it states, else what a continuous limit comes to."""
    from_at = case.moment("dispatch_time", "create_time", zone=zone)
    due = case.moment("act_deadline_time", zone=zone) or _by_condition(case, from_at)
    return () if due is None else (SourceClock("处置时限", due, from_at),)


def _by_condition(case: Fields, from_at: datetime | None) -> datetime | None:
    try:
        return due_at(case.text("limit_text"), case.text("limit_unit"), from_at)
    except HeldRecord as error:
        raise HeldRecord(error.code, pointer=case.pointer_to("limit_text")) from None
