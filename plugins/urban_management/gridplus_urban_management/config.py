"""What one district's platform is like: its channels, fields, coordinates and numbers.

Everything here differs from city to city; nothing here is asked of the platform itself.
"""

from typing import Final

from hub.plugin.city_case import CitySettings
from hub.plugin.declared import declared
from hub.plugin.planes import PlaceSettings
from hub.plugin.times import Zone
from hub.plugin.transport.service_and_view import CodedService, CodedView, ServiceAndViewConfig
from hub.plugin.transport.view_sweep import Words

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


class SoapSettings(CodedService):
    """The exchange service of the platform (SOAP 1.1)."""

    code_table: str = "cg-2023"


class ViewSettings(CodedView):
    """A read-only view on the platform's database."""

    view: str = "v_case"
    key: str = "rec_id"
    columns: Words = COLUMNS
    code_table: str = "cg-2015"


class UrbanConfig(ServiceAndViewConfig, CitySettings):
    """数字城管 of one district; at least one of `soap` and `view`."""

    soap: SoapSettings | None = None
    view: ViewSettings | None = None
    place: PlaceSettings = PlaceSettings()
    zone: Zone = "+08:00"
    """Zone of times that name none (N33)."""
    numbers_of: str = "hotline_order"
    """Who numbers what stands in `other_task_num`; the name that the other plugin gives that series."""
