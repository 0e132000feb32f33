"""D: silent faults that `gridplus doctor` names."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "D101": Text(
        "来源 {source} 已静默 {age_s} 秒",
        "检查来源与适配器状态",
        "source {source} has been silent for {age_s} s",
        "look at the source and its adapter's state",
    ),
    "D102": Text(
        "账不平：{count} 条记录没有去向，最早为 {first}",
        "执行 gridplus explain {first}",
        "conservation is broken: {count} records have no fate, {first} first",
        "gridplus explain {first}",
    ),
    "D103": Text(
        "有 {count} 条事项无部门主办（无合同可派或已退单）",
        "补充合同或人工派遣",
        "{count} matters wait at the desk: no contract takes them, or their lead returned them",
        "mend the contracts, or dispatch by hand",
    ),
    "D104": Text(
        "有 {count} 条事项分类未登记",
        "在代码表登记后 replay",
        "{count} matters have an unmapped category",
        "add the codes to the pack, then replay",
    ),
    "D105": Text(
        "工作日历只到 {until}",
        "装入下一年度放假安排",
        "the working calendar ends at {until}",
        "load the next year's published notice",
    ),
    "D106": Text(
        "适配器 {source} 处于 {state}（{why}）",
        "查看 next step 后恢复",
        "adapter {source} is {state} ({why})",
        "follow its next step, then resume it",
    ),
    "D107": Text(
        "消息积压 {count} 条",
        "检查 relay 与总线",
        "{count} messages wait to be sent",
        "look at relay and the bus",
    ),
    "D108": Text(
        "部门 {department} 有 {count} 条哨长期未取",
        "联系该部门检查消费端",
        "department {department} has not fetched {count} whistles",
        "ask the department to look at its consumer",
    ),
    "D109": Text(
        "合同 {contract} 从未匹配",
        "核对其分类与区域",
        "contract {contract} has matched nothing",
        "check its categories and areas",
    ),
    "D110": Text(
        "kafka-python 缺少 {extra}",
        "安装 kafka-python[crc32c,lz4]",
        "kafka-python lacks {extra}",
        "install kafka-python[crc32c,lz4]",
    ),
    "D121": Text(
        "合同 {contract} 的内容已改而版本号未变",
        "恢复原文件；改动写入下一版本的新文件",
        "contract {contract} was changed under the same version",
        "put the file back, and write the change as a file of the next version",
    ),
    "D112": Text(
        "有 {count} 个办理步骤已超期",
        "执行 gridplus explain <哨编号> 查看时限推导",
        "{count} steps are overdue",
        "gridplus explain ID shows each deadline's derivation",
    ),
    "D113": Text(
        "有 {count} 件未结事项既无承办部门也不在兜底队列，最早为 {first}",
        "执行 gridplus explain {first}，人工派遣",
        "{count} open matters have neither a department nor a place at the desk, {first} first",
        "gridplus explain {first}, then dispatch it by hand",
    ),
    "D111": Text(
        "有 {count} 条记录被搁置，最久 {age_s} 秒",
        "由值守处理",
        "{count} records are held, the oldest for {age_s} s",
        "the desk should look at them",
    ),
    "D131": Text(
        "Kafka 不允许账号 {account} 对 {name} 执行 {act}（或其不存在）",
        "由管理员执行 gridplus broker setup",
        "the broker does not allow account {account} to {act} {name}, or there is none",
        "an administrator runs gridplus broker setup",
    ),
    "D114": Text(
        "部门 {department} 的 webhook 拒收了 {count} 条哨（{why}）",
        "与该部门核对地址与密钥，再执行 gridplus replay --webhook {department}",
        "the webhook of department {department} refused {count} whistles ({why})",
        "check address and secret with it, then gridplus replay --webhook {department}",
    ),
    "D150": Text(
        "档案（一哨一档）没有锚：在数据库中截去的内容永远无法发现",
        "在设置 anchors 中给出数据库之外的目录，定期抄送一份给监督单位",
        "dossiers have no anchors: what is cut off one in the database is never found",
        "name a directory outside of the database in the setting anchors, and give a copy to whoever supervises",
    ),
    "D154": Text(
        "有 {count} 个动作十分钟以上仍未写入档案",
        "启动 clockwork（档案由它旁边的 registrar 写入），并查看其日志",
        "{count} moves stand in no dossier after ten minutes",
        "start clockwork (the registrar runs beside it), and look at its log",
    ),
    "D151": Text(
        "来源 {source} 有 {count} 个附件超过一小时仍未取得",
        "核对附件服务器是否在线、intake 是否运行；链接可能已失效",
        "{count} files of {source} were not fetched within an hour",
        "is their server up, and does an intake run? their links may be over by now",
    ),
    "D152": Text(
        "来源 {source} 近一日有 {count} 个附件指向未登记的主机或网络，未取",
        "与来源核对后登记到 sources.yaml 的 attachments，再执行 gridplus attachment again {source}",
        "{count} files of {source} of the last day lie on hosts or networks that its pack does not name",
        "check with the source, name them under attachments in sources.yaml, then gridplus attachment again {source}",
    ),
    "D153": Text(
        "有 {count} 个附件等待人工决定两日以上",
        "执行 gridplus attachment list，逐个放行、遮盖或不展示",
        "{count} files have waited for a person's word for more than two days",
        "gridplus attachment list, then release, cover or refuse each",
    ),
    "D141": Text(
        "账不平：来源 {source} 在 {hour} 这一小时有 {count} 条记录既无去向也不在处理中，最早为 {first}",
        "执行 gridplus explain {first}，并与备份核对",
        "conservation is broken: {count} records of {source} in the hour of {hour} have no fate and are not on their way, {first} first",
        "gridplus explain {first}, and compare with a copy",
    ),
    "D142": Text(
        "有 {count} 条记录已不在库中，但仍有其事件，最早为 {first}",
        "从备份中找回，并查明谁能写入数据库",
        "{count} records are gone although their events are there, {first} first",
        "take them from a copy, and find out who could write to the database",
    ),
    "D143": Text(
        "消费组 {group} 在主题 {topic} 上的位置超出末尾 {count} 条：这些主题不属于本存储",
        "核对总线地址与前缀；换了集群的，用 gridplus restore 恢复",
        "group {group} stands {count} messages beyond the end of {topic}: these are not the topics of this store",
        "check the bus and its prefix; on another cluster begin with gridplus restore",
    ),
    "D144": Text(
        "消费组 {group} 在主题 {topic} 上积压 {count} 条",
        "增加 {group} 进程，直到分区数",
        "group {group} has {count} messages of {topic} still to read",
        "add processes with that worker, up to the number of partitions",
    ),
    "D145": Text(
        "来源 {source} 发得比本系统处理得快：{count} 条记录在途，暂停读取，推送答复稍后再试",
        "增加 intake 与 casework 进程；降到上限的一半即自动恢复",
        "{source} sends more than the hub takes: {count} records are on their way, pages wait, pushes get 503",
        "add processes with intake and casework; it goes on by itself at half of waiting_limit",
    ),
    "D146": Text(
        "本机时钟在 {at} 跳变 {by_s} 秒",
        "校准时钟（NTP）；核对这段时间的到期记录（gridplus explain）",
        "the clock of this machine jumped by {by_s} s at {at}",
        "set it right (NTP), and look at what came due meanwhile (gridplus explain)",
    ),
    "D147": Text(
        "来源 {source} 的最新记录比当前时钟晚 {ahead_s} 秒：时钟曾经超前",
        "校准时钟；在此之前新记录依次排在其后，不会丢失",
        "the newest record of {source} is {ahead_s} s ahead of the clock: it was ahead, or is behind now",
        "set the clock right; until it is there, new records are stamped one behind the other, and none is lost",
    ),
    "D148": Text(
        "按月分表缺失或有数据落在其余表中：{tables}",
        "启动 clockwork，它会提前建表并移入数据",
        "months of the store are not made, or rows lie in none of them: {tables}",
        "start clockwork: it makes them ahead and moves the rows there",
    ),
    "D149": Text(
        "退单未裁定超过时限：{count} 件（首个：{first}）",
        "由区指挥中心裁定（gridplus whistle list）",
        "{count} returned whistles wait too long for the centre's word (first: {first})",
        "decide about them: gridplus whistle list",
    ),
}
