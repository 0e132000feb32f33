"""Water, power, gas and heat companies: their hotlines' platforms, read page by page, and the tables of those without one.

One adapter serves each company as a source of its own. A planned outage (计划停水、停电、停气、停热) is announced for communities
and explains what is reported there; a fault or a repair order is a matter like any other. Nothing is written back.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Final, Literal

from pydantic import BaseModel, SecretStr

from hub import Arrival, Code, Crs, Draft, GridDraft
from hub.plugin import Admitted, Body
from hub.plugin.announced import Notice
from hub.plugin.declared import declared
from hub.plugin.fields import Fields
from hub.plugin.json_text import read_json
from hub.plugin.notes import looks_like_a_test
from hub.plugin.points import point_of
from hub.plugin.transport.allow_list import AllowList
from hub.plugin.transport.credentials import ApiKey, Credentials
from hub.plugin.transport.excel import Columns
from hub.plugin.transport.excel_upload import ExcelUpload, ExcelUploadConfig
from hub.plugin.transport.paging import Keyset
from hub.plugin.transport.rest_pull import Listing, RestPull, RestPullConfig
from hub.plugin.words import request_type_of, stage_of, urgency_of

LISTING: Final = Listing(path="/gyfw/api/v1/sx", walk=Keyset(at="gxsj", key="bh"), kind="sx")
ALLOWED: Final = declared(
    public="lx yxsq ycsq jssj hfsj", internal="bh ywdm zt jjcd kssj fbsj gxsj qhdm jd wd", personal="bt nr dz"
)
"""What may be held; meanings stand in the README."""
FORBIDDEN: Final = declared(sensitive="lxr lxdh yhbh sfzh bds yl qf mgyh")
"""What these platforms are known to send beside it: who called (the company calls back by itself), and of a household its
account, meter, use, debts and frailties."""
COLUMNS: Final = Columns(
    headings={
        "bh": ("编号", "公告编号"),
        "bt": ("停供范围", "标题"),
        "nr": ("停供原因", "内容"),
        "yxsq": ("影响社区", "影响社区代码"),
        "kssj": ("开始时间", "计划停供时间"),
        "jssj": ("结束时间", "计划恢复时间"),
        "zt": ("状态",),
    },
    needed=("bh", "yxsq", "kssj"),
)
"""Our name of a column → headings that it has been seen under; without the needed ones it is no such table."""
_PLANNED: Final = frozenset({"计划停供", "计划停水", "计划停电", "计划停气", "计划停热"})
"""Kinds of rows (`lx`) that announce; any other word is a matter to be dealt with: better one call too many."""
_CODES: Final = {"water": "S01", "power": "D01", "gas": "Q01", "heat": "R01"}
"""Under which code each company's announcements go: a weekly table names none."""
_ALLOW_LIST: Final = AllowList(ALLOWED, known=FORBIDDEN)


class Supply(BaseModel):
    """Which company it is, for the settings of either way."""

    utility: Literal["water", "power", "gas", "heat"]
    code_table: str = "gy-2026"
    """Whose codes the company speaks; a table of the pack."""


class UtilitiesConfig(RestPullConfig, Supply):
    """What an administrator sets for a company with a platform."""

    api_key: SecretStr


class Utilities(RestPull[UtilitiesConfig]):
    """Repair orders, faults and planned outages (`sx`)."""

    def credentials(self) -> Credentials:
        """The key that the company gave out."""
        return ApiKey(self.config.api_key)

    def listed(self) -> Listing:
        """What changed, in order."""
        return LISTING

    def admit(self, body: Body) -> Admitted:
        """The row without its household. Raises BadRecord for what cannot be read, and so cannot be judged."""
        return _ALLOW_LIST.of_json(body.content)

    def normalise(self, body: Body, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """A matter, or a planned outage once for each community. Raises as `hub.plugin.fields.Fields`."""
        row = Fields.of(read_json(body.content))
        if row.text("lx") in _PLANNED:
            return _planned(row, arrival, self.config, self.zone)
        return [_matter(row, arrival, self.config, self.zone)]


class UtilitiesTableConfig(ExcelUploadConfig, Supply):
    """What an administrator sets for a company that sends a weekly table."""


class UtilitiesTable(ExcelUpload[UtilitiesTableConfig]):
    """Planned outages, one a row. A row that the next table leaves out goes on until its end."""

    def columns(self) -> Columns:
        """The weekly table."""
        return COLUMNS

    def admit(self, body: Body) -> Admitted:
        """A row; of a file that is no such table nothing: it may be the list of the households."""
        return self._uploads.admit(body)

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The outage of one row, once for each community."""
        return _planned(row, arrival, self.config, self.zone)


def _matter(row: Fields, arrival: Arrival, supply: Supply, zone: tzinfo) -> Draft:
    """A repair order or a fault, to be dealt with like any other."""
    times = row.times(occurred="kssj", reported="fbsj", updated="gxsj", zone=zone)
    title, content, urgency, state = (row.text(name) for name in ("bt", "nr", "jjcd", "zt"))
    flags = times.flags(arrival.received_at)
    return Draft(
        source_ref=row.needed_ref("bh"),
        version=times.version,
        occurred_at=times.occurred_at,
        reported_at=times.reported_at,
        category=Code(supply.code_table, row.ref("ywdm")),
        request_type=request_type_of(row.text("lx")),
        urgency=urgency_of(urgency),
        urgency_raw=urgency,
        stage=stage_of(state),
        status_raw=state,
        title=title,
        content=content,
        position=point_of(row.text("jd"), row.text("wd"), Crs.CGCS2000),
        address=row.text("dz"),
        area_code=row.ref("qhdm"),
        flags=(*flags, "test_data") if looks_like_a_test(f"{title}\n{content}") else flags,
    )


def _planned(row: Fields, arrival: Arrival, supply: Supply, zone: tzinfo) -> list[Draft]:
    """What a planned outage is for each of its communities, whatever code it came under."""
    told = _matter(row, arrival, supply, zone)
    ends_at, changed_at, over_at = (row.moment(name, zone=zone) for name in ("jssj", "gxsj", "hfsj"))
    notice = Notice(row.text("yxsq"), row.text("ycsq"), ends_at, changed_at, over_at)
    return list(notice.drafts(replace(told, category=Code(supply.code_table, _CODES[supply.utility]))))
