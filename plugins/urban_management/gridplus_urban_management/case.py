"""A case as the draft that the hub gets, whichever channel brought it. Pure.

The names of the fields are those of the vendor's task list (`rec_id`, `main_type_id` …); the service writes them as XML
elements, the view as columns, and other vendors in other cases of letters.
"""

from typing import Final

from gridplus_urban_management.config import UrbanConfig
from hub import Draft, Stage
from hub.plugin.city_case import class_of, clocks_of, stage_of_case, version_of
from hub.plugin.fields import Fields
from hub.plugin.notes import flags_of, original_numbers
from hub.plugin.planes import position_of
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


def draft_of(case: Fields, config: UrbanConfig, table: str) -> Draft:
    """The draft of one case. Raises HeldRecord R201 (no number), R203 (a time), R304 (a time limit)."""
    zone = zone_of(config.zone)
    step, state = case.text("step", "act_def_name"), case.text("state_name", "operating", "state")
    urgency, description = case.text("urgency", "urgency_name"), case.text("event_desc")
    number, task = case.needed_ref("rec_id"), case.ref("task_num")
    # cases that this one is opened again for; the description names them where no field does (N10)
    earlier = (case.ref("original_rec_id"), *original_numbers(description, own={number, task}))
    return Draft(
        source_ref=number,
        aliases=case.aliases({"task_num": "task_num", config.numbers_of: "other_task_num"}),
        same_as=tuple(dict.fromkeys(filter(None, earlier))),
        version=version_of(case, zone),
        occurred_at=case.moment("occur_time", zone=zone),
        reported_at=case.moment("create_time", "report_time", zone=zone),
        category=class_of(case, config, table),
        urgency=urgency_of(urgency),
        urgency_raw=urgency,
        channel=case.text("event_src_name"),
        stage=stage_of_case(step, state, config, _STATES),
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
        clocks=clocks_of(case, zone),
        condition=case.text("cond_name", "limit_text"),
        flags=flags_of(description),
    )
