"""示例系统, an office that keeps its events in an Excel table and sends it; results reach it by telephone."""

from collections.abc import Sequence
from typing import Final

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.excel import Columns
from hub.plugin.transport.excel_upload import ExcelUpload, ExcelUploadConfig
from hub.plugin.words import stage_of, urgency_of

COLUMNS: Final = Columns(
    headings={
        "eventNo": ("编号", "事件编号"),
        "otherNo": ("关联编号",),
        "typeCode": ("分类代码",),
        "occurTime": ("发生时间",),
        "reportTime": ("上报时间", "登记时间"),
        "updateTime": ("更新时间",),
        "title": ("标题",),
        "content": ("内容", "事件描述"),
        "urgency": ("紧急程度",),
        "status": ("状态",),
        "lng": ("经度",),
        "lat": ("纬度",),
        "address": ("地址", "发生地址"),
        "areaCode": ("区划代码",),
        "reporterName": ("上报人", "姓名"),
        "reporterPhone": ("联系电话", "电话"),
    },
    needed=("eventNo", "content"),
)
"""Our name of a column → headings that it has been seen under. Without the needed ones it is no such table.

`key` and `carried` beside them are for tables in which a row may go on from the one above.
"""


class SampleSourceConfig(ExcelUploadConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the table speaks; a table of the pack."""


class SampleSource(ExcelUpload[SampleSourceConfig]):
    """One event a row."""

    def columns(self) -> Columns:
        """The office's table."""
        return COLUMNS

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the column, never its value."""
        occurred_at = row.moment("occurTime", zone=self.zone)
        reported_at = row.moment("reportTime", zone=self.zone)
        updated_at = row.moment("updateTime", zone=self.zone)
        person = Person(name=row.text("reporterName"), phone=row.ref("reporterPhone"))
        second = row.ref("otherNo")
        return [
            Draft(
                source_ref=row.needed_ref("eventNo"),
                aliases=(Alias("other", second),) if second else (),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("typeCode")),
                occurred_at=occurred_at,
                reported_at=reported_at,
                title=row.text("title"),
                content=row.text("content"),
                urgency=urgency_of(row.text("urgency")),
                urgency_raw=row.text("urgency"),
                stage=stage_of(row.text("status")),
                status_raw=row.text("status"),
                position=point_of(row.text("lng"), row.text("lat"), Crs.CGCS2000),
                address=row.text("address"),
                area_code=row.ref("areaCode"),
                requester=person if person != Person() else None,
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]
