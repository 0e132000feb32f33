"""What this distribution offers the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_xueliang_video.adapter import XueliangVideo
from gridplus_xueliang_video.config import XueliangConfig
from gridplus_xueliang_video.gat1400.allowed import DECLARES
from gridplus_xueliang_video.simulator import VideoPlatform
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `xueliang_video`. The platform takes no answers: GA/T 1400 has none for an alarm."""
    yield AdapterEntry(
        name="xueliang_video",
        title="雪亮工程视频",
        config=XueliangConfig,
        make=XueliangVideo,
        simulator=VideoPlatform,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        owner="雪亮工程对接组",
        cannot_tell=True,
    )
