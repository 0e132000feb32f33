"""A case as the draft that the hub gets, whichever channel brought it. Pure.

The names of the fields are those of the vendor's task list (`rec_id`, `main_type_id` …); the service writes them as XML
elements, the view as columns, and other vendors in other cases of letters.
"""

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

from gridplus_urban_management.config import UrbanConfig
from hub import Alias, Code, Draft, HeldRecord, SourceClock, Stage
from hub.plugin.fields import Fields
from hub.plugin.gb30428 import class_code, due_at, stage_in_flow
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.planes import position_of
from hub.plugin.text import tidy_ref
from hub.plugin.times import zone_of
from hub.plugin.words import meanings, urgency_of

_STATES: Final = meanings(
    Stage,
    received="reported",
    verifying="pendingregister pendingverify",
    accepted="pendingdispatch 待派遣",
    dispatched="pendinghandle 已派单待处置",
    in_progress="handling",
    done_by_dept="handlefinish pendingcheck",
    closed="forcedclose 强制结案",
    rejected="notaccepted",
)
"""Inner states of one product, beside the words that most systems share (domain.md 2.3)."""
_CHANGED: Final = frozenset({"2", "变更", "更新", "update"})
_A_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[0-9:.]*")
"""A number that a spreadsheet took for a date: many cases share it, so it is nobody's number (N21)."""


def draft_of(case: Fields, config: UrbanConfig, table: str) -> Draft:
    """The draft of one case. Raises HeldRecord R201 (no number), R203 (a time), R304 (a time limit)."""
    zone = zone_of(config.zone)
    step, state = case.text("step", "act_def_name"), case.text("state_name", "operating", "state")
    urgency, description = case.text("urgency", "urgency_name"), case.text("event_desc")
    number, task, other = case.needed_ref("rec_id"), case.ref("task_num"), case.ref("other_task_num")
    aliases = {"task_num": task, config.numbers_of: other}
    # cases that this one is opened again for; the description names them where no field does (N10)
    earlier = (case.ref("original_rec_id"), *original_numbers(description, own={number, task}))
    return Draft(
        source_ref=number,
        aliases=tuple(Alias(of, ref) for of, ref in aliases.items() if ref and not _A_DATE.fullmatch(ref)),
        same_as=tuple(dict.fromkeys(filter(None, earlier))),
        version=version_of(case, zone),
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
        stage=stage_in_flow(
            step, state, own={**_STATES, **config.states}, before_filing=config.check_before_filing
        ),
        status_raw=state or step,
        is_update=case.text("change").lower() in _CHANGED,
        title=case.text("sub_type_name"),
        content=description,
        position=position_of(case.text("coordinate_x"), case.text("coordinate_y"), config.place),
        address=case.text("address"),
        area_code=case.ref("community_code", "street_code", "district_code"),
        grid_code=case.ref("cell_code", "bgid"),
        requester=case.person("reporter_name", "reporter_contact"),
        secret=case.yes("is_secret"),
        clocks=_clocks(case, zone),
        condition=case.text("cond_name", "limit_text"),
        flags=flags_of(description),
    )


def version_of(case: Fields, zone: tzinfo) -> str:
    """The update time; "" in a view, which has none."""
    updated = case.moment("update_time", zone=zone)
    return "" if updated is None else updated.isoformat(timespec="milliseconds")


def class_of(
    case: Fields, *, table: str, tables: Mapping[str, str], components: tuple[str, ...], national: bool
) -> Code:
    """The class of `case`; `table` holds where the case does not name its version. A table that nobody declared is
    passed on by its own name: unmapped, never guessed (N24)."""
    version, small = case.ref("code_version"), case.ref("sub_type_id", "sub_type_code")
    declared = tables.get(version, version) if version else table
    if not national:
        return Code(declared, small)
    is_component = case.ref("event_type_id", "max_event_type_id") in map(tidy_ref, components)
    big = case.ref("main_type_id", "main_type_code")
    return Code(declared, class_code(big, small, is_component=is_component))


def _clocks(case: Fields, zone: tzinfo) -> tuple[SourceClock, ...]:
    """The platform's own deadline: the moment it states, else what a continuous limit comes to."""
    from_at = case.moment("dispatch_time", "create_time", zone=zone)
    due = case.moment("act_deadline_time", zone=zone)
    try:
        due = due or due_at(case.text("limit_text"), case.text("limit_unit"), from_at)
    except HeldRecord as error:
        raise HeldRecord(error.code, pointer=case.pointer_to("limit_text")) from None
    return () if due is None else (SourceClock("处置时限", due, from_at),)
