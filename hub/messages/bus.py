"""B: workers and the bus."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "B101": Text("本工作进程已被接替", "无需处理；接替者会从已存位置继续", "another worker has taken over", "nothing to do; the other one goes on from the stored position"),
}
