"""B: workers and the bus."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "B101": Text(
        "本工作进程已被接替",
        "无需处理；接替者会从已存位置继续",
        "another worker has taken over",
        "nothing to do; the other one goes on from the stored position",
    ),
    "B103": Text(
        "本平台处理请求时出错",
        "请报告此编号与时间",
        "the hub failed on this request",
        "please report this code and when it was",
    ),
    "B102": Text(
        "处理此事件时出错",
        "由工程师修复后执行 gridplus replay",
        "handling this event failed",
        "an engineer mends it, then gridplus replay",
    ),
}
