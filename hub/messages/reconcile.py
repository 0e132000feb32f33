"""E: what `gridplus reconcile` finds. E10 sources' lists, E11 answers to sources, E12 departments"""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "E101": Text(
        "来源 {name} 列有 {count} 件，本系统从未收到",
        "执行 gridplus reconcile --repair 重新取回；取不回的，与来源核对",
        "{name} lists {count} reports that never came",
        "gridplus reconcile --repair fetches them again; ask the source about those that it cannot",
    ),
    "E102": Text(
        "来源 {name} 有 {count} 件的版本本系统没有",
        "执行 gridplus reconcile --repair 重新取回",
        "{name} has another version of {count} reports than any that came",
        "gridplus reconcile --repair fetches them again",
    ),
    "E103": Text(
        "来源 {name} 有 {count} 件已收到，但被搁置或无法读取",
        "由值守处理；映射修好后执行 gridplus replay",
        "{count} reports of {name} came and wait for a person, or could not be read",
        "the desk looks at them; gridplus replay once the mapping is mended",
    ),
    "E104": Text(
        "本系统收到过的 {count} 件，来源 {name} 已不再列出",
        "与来源核对是否作废；作废的由来源发撤销，本系统不自行删除",
        "{count} reports that came are no longer listed by {name}",
        "ask the source whether they were called off: then it says so; nothing is taken away here on a list's word",
    ),
    "E105": Text(
        "来源 {name} 的清单缺 {count} 件，超过一半，清单本身存疑",
        "与来源核对清单接口，再执行 gridplus reconcile",
        "the list of {name} lacks {count} reports, more than half: the list itself is in doubt",
        "check the list with the source, then reconcile again",
    ),
    "E106": Text(
        "来源 {name} 未能列出单号",
        "gridplus plugin states 查看原因，恢复后再执行 gridplus reconcile",
        "{name} did not list what it holds",
        "gridplus plugin states tells why; reconcile again once it answers",
    ),
    "E111": Text(
        "有 {count} 条回写未能送达来源 {name}",
        "执行 gridplus reconcile --repair 重发（重复送达不产生影响）",
        "{count} answers did not reach {name}",
        "gridplus reconcile --repair sends them again; a repeat changes nothing there",
    ),
    "E112": Text(
        "来源 {name} 拒收 {count} 条回写",
        "与来源核对该单是否已归档",
        "{name} refused {count} answers",
        "ask the source whether it has closed those reports",
    ),
    "E113": Text(
        "来源 {name} 有 {count} 条回写未送达，其后的进展已送达",
        "无须重发；需要的，与来源核对",
        "{count} answers did not reach {name}, and later ones of the same reports did",
        "nothing to send: an older word behind a newer one would turn its state back",
    ),
    "E114": Text(
        "来源 {name} 接受了 {count} 条回写，但没有回执",
        "执行 gridplus reconcile --repair 重发（重复送达不产生影响）",
        "{name} took {count} answers without a receipt",
        "gridplus reconcile --repair sends them again; a repeat changes nothing there",
    ),
    "E115": Text(
        "有 {count} 条回写仍在向来源 {name} 重试",
        "查看来源是否在线（gridplus plugin states）",
        "{count} answers to {name} are being tried again",
        "is the source up? gridplus plugin states",
    ),
    "E116": Text(
        "来源 {name} 无法回写，其 {count} 件上报没有答复",
        "无须处理；需要答复当事人的，由部门另行联系",
        "{name} cannot be told anything, so {count} of its reports were not answered",
        "nothing to mend; where a person has to hear, the department calls",
    ),
    "E121": Text(
        "部门 {name} 有 {count} 条哨没有投递记录",
        "执行 gridplus reconcile --repair 补入投递",
        "{count} whistles of {name} have no delivery",
        "gridplus reconcile --repair queues them",
    ),
    "E122": Text(
        "部门 {name} 的 webhook 拒收了 {count} 条哨",
        "与该部门核对地址与密钥，再执行 gridplus reconcile --repair",
        "the webhook of {name} refused {count} whistles",
        "check address and secret with it, then gridplus reconcile --repair",
    ),
    "E123": Text(
        "部门 {name} 有 {count} 条哨数小时未取",
        "联系该部门检查消费端",
        "{name} has not taken {count} whistles for hours",
        "ask the department to look at its consumer",
    ),
    "E124": Text(
        "部门 {name} 的主题上有 {count} 条消息未被其任何消费组读取",
        "联系该部门检查消费端（消费组名以 grid.{name}. 开头）",
        "no group of {name} has read {count} messages on its topic",
        "ask the department to look at its consumer, whose group begins with grid.{name}.",
    ),
    "E125": Text(
        "部门 {name} 有 {count} 次报到被拒",
        "把代码告知该部门（日志 report_refused），由其更正后重发",
        "{count} reports of {name} could not be taken",
        "tell the department the code (log line report_refused); it mends and sends them again",
    ),
}
