"""Offers the adapter to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_downstream_file_drop.adapter import DownstreamFileDrop, DownstreamFileDropConfig
from gridplus_downstream_file_drop.simulator import DownstreamFileDropSystem

from hub.plugin import AdapterEntry, hookimpl

DECLARES: Final = {
    "编号": "internal",
    "关联编号": "internal",
    "分类代码": "internal",
    "发生时间": "internal",
    "上报时间": "internal",
    "更新时间": "internal",
    "紧急程度": "internal",
    "状态": "internal",
    "经度": "internal",
    "纬度": "internal",
    "区划代码": "internal",
    "标题": "personal",
    "内容": "personal",
    "地址": "personal",
    "上报人": "personal",
    "联系电话": "personal",
}
"""Every column, and whom it may be shown to. Free text counts as personal: people name each other in it."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `downstream_file_drop`."""
    yield AdapterEntry(
        name="downstream_file_drop",
        title="示例系统",
        config=DownstreamFileDropConfig,
        make=DownstreamFileDrop,
        simulator=DownstreamFileDropSystem,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        cannot_tell=True,
        owner="示例系统运维组",
    )
