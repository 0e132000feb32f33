"""What one district's platform is like: its channels, code tables, coordinates and words.

Everything here differs from city to city; nothing here is asked of the platform itself.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, Strict, model_validator

from hub import Stage
from hub.plugin.times import Zone
from hub.plugin.transport.view_sweep import SweepSettings, Words

COLUMNS: Final = (
    "rec_id", "task_num", "other_task_num", "code_version", "event_type_id", "main_type_id", "sub_type_id",
    "event_desc", "address", "street_code", "community_code", "cell_code", "coordinate_x", "coordinate_y",
    "event_src_name", "reporter_name", "reporter_contact", "occur_time", "create_time", "dispatch_time",
    "act_deadline_time", "cond_name", "limit_text", "urgency", "step", "state_name",
)  # fmt: skip
"""The columns of the vendor's standard view; `view.columns` names others where a city has renamed them."""


class _Strict(BaseModel):
    """Unknown settings and wrong types are mistakes; secrets never show in a repr."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SoapSettings(_Strict):
    """The exchange service of the platform (SOAP 1.1)."""

    url: str
    namespace: str = "http://service.urban.example/exchange"
    user: str
    password: SecretStr
    page_size: Annotated[int, Field(ge=1, le=500)] = 100
    code_table: str = "cg-2023"
    """For cases that do not name their table themselves."""


class ViewSettings(SweepSettings):
    """A read-only view on the platform's database."""

    view: str = "v_case"
    key: str = "rec_id"
    columns: Words = COLUMNS
    code_table: str = "cg-2015"


class PlaceSettings(_Strict):
    """Which coordinates the platform keeps (domain.md 6.1: mostly CGCS2000 planes)."""

    kind: Literal["gauss_kruger", "web_mercator", "cgcs2000", "wgs84", "gcj02", "bd09"] = "gauss_kruger"
    """The first two are metres, the others degrees."""
    central_meridian: float = 120.0
    """Degrees; of `gauss_kruger`."""
    x_is: Literal["east", "north"] = "east"
    """Surveyors write north into x, map clients east."""


class UrbanConfig(_Strict):
    """数字城管 of one district; at least one of `soap` and `view`."""

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
    """Local state words and numbers, beside the ones that `case_flow` knows."""
    check_before_filing: Literal["核实", "核查"] = "核实"
    """Which of the two words stands before 立案 here; the other stands before 结案 (domain.md 2.3)."""
    numbers_of: str = "hotline_order"
    """Who numbers what stands in `other_task_num`; the name that the other plugin gives that series."""

    @model_validator(mode="after")
    def _has_a_channel(self) -> "UrbanConfig":
        if self.soap is None and self.view is None:
            raise ValueError("soap or view must be given")
        return self
