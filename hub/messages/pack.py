"""K: packs and contracts."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "K101": Text("数据包有 {count} 处问题", "执行 gridplus pack check 查看全部", "the pack has {count} faults", "see all of them with gridplus pack check"),
    "K102": Text("没有数据包", "检查路径", "there is no pack there", "check the path"),
    "K251": Text("工作日历没有可用的办公时段", "在 calendar.yaml 的 hours 中写明时段，按先后、不重叠", "the working calendar has no usable office hours", "give spans under hours in calendar.yaml, in order and not overlapping"),
}
