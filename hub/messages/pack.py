"""K: packs and contracts."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "K101": Text("数据包有 {count} 处问题", "执行 gridplus pack check 查看全部", "the pack has {count} faults", "see all of them with gridplus pack check"),
    "K102": Text("没有数据包", "检查路径", "there is no pack there", "check the path"),
}
