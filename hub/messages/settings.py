"""C: settings and the command line."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "C101": Text(
        "配置项 {name} 缺失或不合法",
        "在 gridplus.toml、环境变量 GRIDPLUS_… 或参数中给出",
        "setting {name} is missing or not valid",
        "give it in gridplus.toml, as GRIDPLUS_…, or as a flag",
    ),
    "C102": Text(
        "找不到插件 {name}",
        "执行 gridplus plugin list 查看已安装插件",
        "no plugin named {name}",
        "see gridplus plugin list",
    ),
    "C103": Text(
        "插件 {name} 无法加载",
        "查看插件日志并重新安装",
        "plugin {name} cannot be loaded",
        "look at its log, then install it again",
    ),
    "C104": Text(
        "数据库不可用",
        "检查地址，或先执行迁移",
        "the database cannot be used",
        "check its address, or migrate it first",
    ),
    "C105": Text(
        "消息总线不可用",
        "检查 Kafka 地址与凭据",
        "the bus cannot be used",
        "check Kafka's address and credentials",
    ),
    "C106": Text("找不到编号 {id}", "核对编号", "nothing has the id {id}", "check the id"),
    "C107": Text("端口都被占用", "用 --port 指定空闲端口", "no free port", "name one with --port"),
    "C108": Text(
        "本机缺少 {what}",
        "安装后重试，或给出现有服务器的地址",
        "this machine lacks {what}",
        "install it, or give the address of a running server",
    ),
    "C110": Text(
        "这个存储不是演示用的",
        "给演示一个空的存储",
        "this store is not a demo's",
        "give the demo an empty store",
    ),
    "C109": Text(
        "服务器没有在限定时间内启动",
        "查看其输出文件",
        "a server did not start in time",
        "look at its output file",
    ),
    "C113": Text(
        "插件 {name} 与 {other} 提供同名适配器或渠道",
        "卸载其中之一",
        "plugin {name} offers an adapter or a channel that {other} offers too",
        "uninstall one of them",
    ),
    "C111": Text(
        "插件 {name} 使用接口版本 {theirs}，本平台为 {ours}",
        "升级插件或平台",
        "plugin {name} speaks interface {theirs}, the hub speaks {ours}",
        "upgrade one of them",
    ),
    "C112": Text(
        "插件 {name} 未提供适配器，也未提供渠道",
        "检查其 grid_adapters 与 grid_channels",
        "plugin {name} offers neither an adapter nor a channel",
        "look at its grid_adapters and grid_channels",
    ),
    "C114": Text(
        "当前目录不是源码目录",
        "在源码根目录执行",
        "the working directory is no checkout",
        "run it at the root of a checkout",
    ),
    "C115": Text(
        "没有实测数据 {name}",
        "用 --data 或 GRIDPLUS_DATA 指出数据目录",
        "there is no real data named {name}",
        "say with --data or GRIDPLUS_DATA where it lies",
    ),
    "C116": Text(
        "{name} 没有达到承诺的差距（{figure}）",
        "对照 docs/measured.md，查看改动了什么",
        "{name} misses its promised margin ({figure})",
        "compare docs/measured.md and look at what changed",
    ),
    "C117": Text("用法不对：{what}", "执行 {command} --help", "used wrongly: {what}", "see {command} --help"),
    "C118": Text(
        "这个存储由更新的版本写成",
        "改用该版本或更新的版本，或从备份恢复",
        "this store was written by a newer version",
        "use that version or a newer one, or restore a copy",
    ),
    "C119": Text(
        "文件无法读写：{name}",
        "核对路径、权限与编码（UTF-8）",
        "a file cannot be read or written: {name}",
        "check the path, its permissions and its encoding (UTF-8)",
    ),
    "C120": Text(
        "压测没有在限定时间内结束",
        "减少 --events 或 --rate 后再试",
        "the bench did not come to its end in time",
        "try fewer --events or a lower --rate",
    ),
    "C141": Text(
        "账号 {account} 没有密码",
        "执行 gridplus broker setup --file，并在 kafka_accounts 中指出该文件",
        "the account {account} has no password",
        "gridplus broker setup --file writes one; kafka_accounts names that file",
    ),
    "C142": Text(
        "Kafka 不接受账号 {account} 的密码",
        "核对 kafka_accounts 文件或 kafka_security；新密码由 gridplus broker setup --rotate 生成",
        "the broker does not take the password of account {account}",
        "check the file kafka_accounts, or kafka_security; gridplus broker setup --rotate makes a new password",
    ),
    "C143": Text(
        "Kafka 不允许账号 {account} 访问所需主题或消费组",
        "由管理员执行 gridplus broker setup",
        "the broker does not let account {account} at a topic or group that it needs",
        "an administrator runs gridplus broker setup",
    ),
    "C144": Text(
        "网页服务将以明文监听非本机地址",
        "给出 --tls-cert 与 --tls-key，或在 TLS 代理之后用 --behind-proxy",
        "the web worker would listen in plain text on an address that is not loopback",
        "give --tls-cert and --tls-key, or --behind-proxy where a proxy speaks TLS for it",
    ),
    "C145": Text(
        "将以明文连接非本机的 Kafka",
        "在 kafka_security 中启用 TLS，或明确设置 kafka_plaintext_ok",
        "Kafka on another machine would be spoken to in plain text",
        "use TLS in kafka_security, or say kafka_plaintext_ok",
    ),
    "C146": Text(
        "Kafka 上没有账号 {account}，合同包也没有该部门",
        "核对名称：department.<部门> 或 worker.<角色>",
        "there is no account {account}, on the broker or from the pack",
        "check the name: department.<id> or worker.<role>",
    ),
    "C147": Text(
        "合同包仍有账号 {account} 的部门",
        "先从合同包中删除该部门的合同",
        "the pack still knows whom the account {account} is for",
        "take that department's contracts out of the pack first",
    ),
    "C131": Text(
        "平面坐标缺少中央子午线",
        "在来源配置中声明 central_meridian，或要求带带号的横坐标",
        "a planar coordinate has no central meridian",
        "declare central_meridian in the source's configuration, or ask for eastings with their zone",
    ),
    "C151": Text(
        "工作进程 {worker} 已有 {age_s} 秒没有进展",
        "查看其日志与依赖；仍不恢复则重启该进程",
        "worker {worker} has ended no step for {age_s} s",
        "look at its log and at what it needs; else start the process anew",
    ),
    "C152": Text(
        "数据库版本与本程序不符",
        "升级仍在进行，或启动了另一版本；核对各进程的版本",
        "the database is not at this version's migration",
        "an upgrade is under way, or another version was started: compare the versions of the processes",
    ),
    "C153": Text(
        "有记录已等待 {age_s} 秒，本进程的工作者却无所作为",
        "执行 gridplus doctor 查看积压在何处",
        "records have waited for {age_s} s while the workers of this process did nothing",
        "gridplus doctor tells where they wait",
    ),
    "C154": Text(
        "备份目标不可用：{name}",
        "另指定一个不存在的路径；密钥文件须放在备份目录之外",
        "a copy cannot go to {name}",
        "name a path that does not exist yet, for the keys outside the copy",
    ),
    "C155": Text(
        "备份不完整：{name}",
        "改用另一份备份",
        "the copy is not whole: {name}",
        "take another copy",
    ),
    "C156": Text(
        "恢复位置不是空的：{name}",
        "恢复只写入空的位置：换一个空库、空目录",
        "what is restored into is not empty: {name}",
        "restore into an empty database and an empty home",
    ),
    "C157": Text(
        "恢复结果与备份不符：{what}",
        "不要使用；改用另一份备份",
        "what was restored is not what was copied: {what}",
        "do not use it; take another copy",
    ),
    "C161": Text(
        "更新后的 TLS 证书与私钥不成对，仍在使用旧证书（{error}）",
        "重新写入 tls_cert 与 tls_key 所指文件，一秒内自动启用",
        "the renewed TLS certificate and key are no pair ({error}); the old ones go on",
        "write the files of tls_cert and tls_key again; they are taken up within a second",
    ),
}
