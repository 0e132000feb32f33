"""What one district's platform is like: its channels, fields, code tables, coordinates and words.

Everything here differs from city to city; nothing here is asked of the platform itself.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Strict, model_validator

from hub import Stage
from hub.plugin.declared import declared
from hub.plugin.planes import PlaceSettings
from hub.plugin.times import Zone
from hub.plugin.transport.soap_pages import SoapPagesSettings
from hub.plugin.transport.view_sweep import SweepSettings, Words

DECLARES: Final = declared(
    internal="rec_id task_num other_task_num original_rec_id code_version event_type_id main_type_id sub_type_id"
    " street_code community_code cell_code coordinate_x coordinate_y event_src_name occur_time create_time"
    " update_time dispatch_time act_deadline_time cond_name limit_text limit_unit urgency step state_name change"
    " is_secret",
    personal="event_desc address reporter_name reporter_contact",
)
"""Fields by their names in the vendor's task list → class. Words that people wrote may hold anything: personal."""
_NOT_IN_THE_VIEW: Final = {"original_rec_id", "update_time", "limit_unit", "change", "is_secret"}
COLUMNS: Final = tuple(name for name in DECLARES if name not in _NOT_IN_THE_VIEW)
"""The columns of the vendor's standard view; `view.columns` names others where a city has renamed them."""


class SoapSettings(SoapPagesSettings):
    """The exchange service of the platform (SOAP 1.1)."""

    code_table: str = "cg-2023"
    """For cases that do not name their table themselves."""


class ViewSettings(SweepSettings):
    """A read-only view on the platform's database."""

    view: str = "v_case"
    key: str = "rec_id"
    columns: Words = COLUMNS
    code_table: str = "cg-2015"


class UrbanConfig(BaseModel):
    """数字城管 of one district; at least one of `soap` and `view`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    soap: SoapSettings | None = None
    view: ViewSettings | None = None
    place: PlaceSettings = PlaceSettings()
    zone: Zone = "+08:00"
    """Zone of times that name none (N33)."""
    code_tables: dict[str, str] = {"2015": "cg-2015", "2023": "cg-2023"}
    """The platform's word for a code-table version → the pack's table; a word not listed stays unmapped."""
    components: Words = ("1", "部件", "component")
    """Values of `event_type_id` that mean 部件; all others are 事件."""
    codes: Literal["national", "row_ids"] = "national"
    """`national`: two digits and two digits of GB/T 30428.2; `row_ids`: `sub_type_id` is the code as it is."""
    states: dict[str, Annotated[Stage, Strict(strict=False)]] = {}
    """Local state words and numbers, beside the ones that are known."""
    check_before_filing: Literal["核实", "核查"] = "核实"
    """Which of the two words stands before 立案 here; the other stands before 结案 (domain.md 2.3)."""
    numbers_of: str = "hotline_order"
    """Who numbers what stands in `other_task_num`; the name that the other plugin gives that series."""

    @model_validator(mode="after")
    def _has_a_channel(self) -> "UrbanConfig":
        if self.soap is None and self.view is None:
            raise ValueError("soap or view must be given")
        return self
