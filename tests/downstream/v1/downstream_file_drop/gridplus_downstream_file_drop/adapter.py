"""示例系统, which puts files into a directory; results reach it by telephone."""

from collections.abc import Sequence
from typing import Final

from hub import Alias, Arrival, Code, Crs, Draft, GridDraft, Person
from hub.plugin.fields import Fields
from hub.plugin.points import point_of
from hub.plugin.times import time_flags
from hub.plugin.transport.file_drop import FileDrop, FileDropConfig
from hub.plugin.transport.file_rows import Format, Layout
from hub.plugin.words import stage_of, urgency_of

LAYOUT: Final = Layout(
    format=Format.CSV,
    headings=(
        *(
            "编号",
            "关联编号",
            "分类代码",
            "发生时间",
            "上报时间",
            "更新时间",
            "标题",
            "内容",
            "紧急程度",
            "状态",
        ),
        *("经度", "纬度", "地址", "区划代码", "上报人", "联系电话"),
    ),
)
"""How the files are written. `Format` has CSV, JSON lines, JSON and XML documents, and workbooks."""


class DownstreamFileDropConfig(FileDropConfig):
    """What an administrator sets."""

    code_table: str = "sample-2026"
    """Whose codes the files speak; a table of the pack."""


class DownstreamFileDrop(FileDrop[DownstreamFileDropConfig]):
    """One event a row."""

    def layout(self) -> Layout:
        """CSV with a heading; the charset is found out."""
        return LAYOUT

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft | GridDraft]:
        """The matter of one row. Raises BadRecord or HeldRecord with a pointer to the heading, never its value."""
        occurred_at = row.moment("发生时间", zone=self.zone)
        reported_at = row.moment("上报时间", zone=self.zone)
        updated_at = row.moment("更新时间", zone=self.zone)
        person = Person(name=row.text("上报人"), phone=row.ref("联系电话"))
        second = row.ref("关联编号")
        return [
            Draft(
                source_ref=row.needed_ref("编号"),
                aliases=(Alias("other", second),) if second else (),
                version=updated_at.isoformat() if updated_at else "",
                category=Code(self.config.code_table, row.ref("分类代码")),
                occurred_at=occurred_at,
                reported_at=reported_at,
                title=row.text("标题"),
                content=row.text("内容"),
                urgency=urgency_of(row.text("紧急程度")),
                urgency_raw=row.text("紧急程度"),
                stage=stage_of(row.text("状态")),
                status_raw=row.text("状态"),
                position=point_of(row.text("经度"), row.text("纬度"), Crs.CGCS2000),
                address=row.text("地址"),
                area_code=row.ref("区划代码"),
                requester=person if person != Person() else None,
                flags=time_flags(
                    occurred_at=occurred_at, reported_at=reported_at, received_at=arrival.received_at
                ),
            )
        ]
