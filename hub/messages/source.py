"""S: sources, and departments' webhooks, that do not answer as agreed."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "S101": Text(
        "来源无响应",
        "检查网络与对方服务",
        "the source does not answer",
        "check the network and the other side's service",
    ),
    "S102": Text(
        "来源返回 HTTP {status}",
        "按状态码联系来源",
        "the source answered HTTP {status}",
        "ask the source, naming the status",
    ),
    "S103": Text(
        "HTTP 200 内含错误",
        "按来源错误码联系来源",
        "HTTP 200 with an error inside",
        "ask the source, naming its error code",
    ),
    "S104": Text(
        "返回的不是约定格式（可能是登录页）",
        "检查登录状态与地址",
        "not the agreed format (a login page?)",
        "check the sign-in and the address",
    ),
    "S105": Text(
        "来源限流",
        "已退避；必要时申请提高限额",
        "the source limits the rate",
        "backed off; ask for a higher limit if it lasts",
    ),
    "S106": Text(
        "登录失败", "核对凭据是否轮换", "sign-in failed", "check whether the credentials were rotated"
    ),
    "S107": Text(
        "视图列与登记的不符：{columns}",
        "核对增减的列；确认无误后把 fingerprint 设为 {fingerprint}",
        "the view's columns are not the recorded ones: {columns}",
        "look at what came and went; if it is right, set fingerprint to {fingerprint}",
    ),
    "S108": Text(
        "摆渡文件序号缺口：等待第 {expected} 号",
        "通知对方补发；不跳号",
        "a gap in the ferry: waiting for file {expected}",
        "ask for it out of band; numbers are never skipped",
    ),
    "S109": Text(
        "摆渡文件摘要不符",
        "通知对方重新导出同一序号",
        "a ferry file does not match its digest",
        "ask for the same number again",
    ),
    "S110": Text(
        "异常空页",
        "核对游标与对方数据量",
        "an empty page where rows were announced",
        "compare the cursor with the other side's counts",
    ),
    "S111": Text(
        "同名文件内容不同",
        "通知对方；保留先到的一份",
        "a known file name came with other content",
        "tell the other side; the first copy holds",
    ),
    "S112": Text(
        "压缩包超出解压限制",
        "通知对方拆分",
        "an archive exceeds the unpacking limits",
        "ask the other side to split it",
    ),
    "S113": Text(
        "来源不接受这次回写",
        "联系来源；答复仍保存在本平台",
        "the source does not take this answer",
        "ask the source; the answer is kept here",
    ),
    "S114": Text(
        "行数与清单不符",
        "通知对方核对导出；已收到的行照常办理",
        "there are not as many rows as the manifest says",
        "tell the other side; the rows that came are taken",
    ),
    "S115": Text(
        "文件名不合规或与清单不符",
        "通知对方按约定命名后重新导出同一序号",
        "a file's name is not allowed, or not the one its manifest gives",
        "ask for the same number again, named as agreed",
    ),
    "S116": Text(
        "适配器异常：{error}",
        "连续 {count} 次；查看日志并联系插件作者",
        "the adapter failed: {error}",
        "{count} times in a row; look at the log and tell the plugin's author",
    ),
    "S117": Text(
        "适配器处于 {state}，不允许此操作，可用操作：{allowed}",
        "选择允许的操作",
        "the adapter is {state}; this is not open from there, open are: {allowed}",
        "choose one of them",
    ),
    "S118": Text(
        "部门的 webhook 无响应或暂不可用",
        "已退避，将按原顺序重试；持续时联系该部门",
        "the department's webhook does not answer, or not now",
        "it is tried again, in order; ask the department if it lasts",
    ),
    "S119": Text(
        "部门的 webhook 拒收",
        "与该部门核对地址与密钥，再执行 gridplus replay --webhook <部门>",
        "the department's webhook refuses",
        "check address and secret with the department, then gridplus replay --webhook DEPARTMENT",
    ),
    "S120": Text(
        "呼叫网关拒绝了这次呼叫（{result}）",
        "按其结果码联系网关运营方；号码在 rosters.yaml",
        "the gateway will not make this call ({result})",
        "ask who runs it, naming the result; numbers stand in rosters.yaml",
    ),
    "S121": Text(
        "短信需 {segments} 段，上限 {most}",
        "提高该渠道的 most_segments",
        "the message takes {segments} segments, and {most} are allowed",
        "raise most_segments of the channel",
    ),
    "S122": Text(
        "渠道 {channel} 没有配置，没有人被它呼到",
        "在设置 channels.{channel} 写明地址与密钥；webhook 写在 webhooks",
        "channel {channel} is not set up, and reaches nobody",
        "give its address and secrets under channels.{channel}; a webhook's under webhooks",
    ),
    "S123": Text(
        "渠道插件出错（{error}）",
        "查看插件日志并升级",
        "the plugin of the channel failed ({error})",
        "look at its log, and upgrade it",
    ),
    "S124": Text(
        "值班表中今天已没有这名联系人在此渠道的号码",
        "核对 rosters.yaml 的联系人与有效期",
        "the roster has no number for this contact by this channel today",
        "check the contact and its validity in rosters.yaml",
    ),
    "S125": Text(
        "这次呼叫没有呼到人",
        "已转下一渠道或下一联系人；按网关的状态词查原因",
        "the call reached nobody",
        "the next channel or contact is called; the gateway's own word says why",
    ),
    "S127": Text(
        "中间表不能写入：表或列不在，或账号无权",
        "请部门核对结果表与状态列，并授予 INSERT、UPDATE 权限",
        "the middle table cannot be written: table or column are not there, or the account may not",
        "ask the department for both, and for INSERT and UPDATE on them",
    ),
    "S128": Text(
        "目录里有 {count} 个文件一小时以上仍未写完",
        "请来源检查导出任务；按约定改名，或放上 .done",
        "{count} files in the directory have not become whole for more than an hour",
        "ask the source to look at its export: it renames them, or puts .done beside them, as agreed",
    ),
    "S129": Text(
        "一个批次写了一半，一直没有补齐",
        "请对方核对批次号，补齐或重发；其他批次照常读取",
        "a batch was written by half and does not become whole",
        "ask the department to complete it or to write it again; other batches are read meanwhile",
    ),
    "S130": Text(
        "插件进程结束了（{status}）",
        "会自动重新启动；若反复结束，执行 gridplus plugin check 并联系插件负责人",
        "the plugin's process ended ({status})",
        "it is started anew by itself; where that goes on, run gridplus plugin check and call the plugin's owner",
    ),
    "S131": Text(
        "插件的 {method} 在 {seconds} 秒内没有返回，进程已结束",
        "会自动重新启动；若反复如此，联系插件负责人",
        "the plugin's {method} did not return within {seconds} s, and its process was ended",
        "it is started anew by itself; where that goes on, call the plugin's owner",
    ),
    "S140": Text(
        "对方的消息服务不允许订阅 {topic}",
        "请对方为本账号开通该主题，或改正 topics",
        "the broker does not let us subscribe to {topic}",
        "ask for the right to it, or mend topics",
    ),
    "S141": Text(
        "对方的消息服务拒绝本客户端",
        "核对 client_id 与协议版本（MQTT 3.1.1）",
        "the broker refuses this client",
        "check client_id and the protocol's version (MQTT 3.1.1)",
    ),
    "S142": Text(
        "来源不认识这次请求",
        "核对接口地址、命名空间与操作名",
        "the source does not know what it was asked",
        "check address, namespace and operation",
    ),
    "S143": Text(
        "来源没有主题 {topic}",
        "核对 topics 与集群地址",
        "the source has no topic {topic}",
        "check topics, and which cluster it is",
    ),
    "S144": Text(
        "主题 {topic} 已不是原来读取的那个（删除后重建）",
        "与对方核对；确认后更改 generation，即从头读取",
        "the topic {topic} is not the one that was read: it was deleted and made anew",
        "ask the department; to read it from its beginning, set generation to another word",
    ),
    "S145": Text(
        "主题 {topic} 有 {count} 条消息未读即被清除",
        "已从现存最早的一条继续；请对方补发，或延长保留时间",
        "{count} records of the topic {topic} were dropped before they were read",
        "reading goes on behind them; ask for them by another way, and for a longer retention",
    ),
    "S202": Text(
        "{name} 的值不可用", "从页面上重新选择", "{name} has no such value", "choose again on the page"
    ),
}
