"""A: the field whitelist, the vault and the audit."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "A101": Text("无权访问", "向数据管理员申请授权", "not allowed", "ask the data administrator for a grant"),
    "A102": Text("密钥不可用", "检查主密钥配置", "a key cannot be used", "check the master key's setting"),
    "A103": Text(
        "密文校验失败",
        "数据或密钥已损坏；停用并核查",
        "sealed data fails its check",
        "data or key is damaged; stop and look",
    ),
    "A104": Text(
        "审计链 {chain} 在第 {number} 块被破坏（{fault}）",
        "停用相关账号，与备份核对该块",
        "audit chain {chain} is broken at block {number} ({fault})",
        "compare that block with a backup, and find out who could write to the database",
    ),
    "A124": Text(
        "审计链 {chain} 未用密钥写成：由 0.1.0 之前的开发版，或无密钥者所写",
        "新建数据库，或另存旧审计后清空 audit 表",
        "audit chain {chain} was written without the key: before 0.1.0, or by someone who has none",
        "begin with a new database, or keep the old audit elsewhere and empty the table audit",
    ),
    "A105": Text(
        "遮蔽或裁剪后的数据不能写回",
        "请报告此问题；从保险库取原值",
        "a projected value was about to be stored",
        "please report; take the full value from the vault",
    ),
    "A106": Text("遮蔽名不存在", "改用其一：{names}", "no such mask", "use one of {names}"),
    "A107": Text(
        "遮蔽文本时未给出本件个人字段",
        "请报告此问题；给出 RowScope.known（可为空）",
        "a text was to be masked without its known personal values",
        "please report; give RowScope.known, be it empty",
    ),
    "A108": Text(
        "投影用途与出口不符：{output} → {exit}",
        "请报告此问题；按该出口的输出方式重新投影",
        "a projection for {output} was to leave through {exit}",
        "please report; project for that exit's output",
    ),
    "A109": Text(
        "主密钥文件不正确（{problem}）",
        "改正密钥文件：current、blind、audit、[masters]",
        "the key file is wrong ({problem})",
        "mend the key file: current, blind, audit, [masters]",
    ),
    "A110": Text(
        "审计记录含非代码文本",
        "请报告此问题；原因只写代码",
        "an audit row holds words where a code belongs",
        "please report; a reason is a code",
    ),
    "A121": Text(
        "投影结果超出合同 {contract} 的字段",
        "停止投递并报告此编号；核对合同与授权",
        "a projection holds more than contract {contract} asks for",
        "nothing was sent; report this code, compare contract and grants",
    ),
    "A126": Text(
        "审计链 {chain} 第 {number} 块与 {at} 的锚不符：锚定之后被改写或截去",
        "停用相关账号，与备份核对该块，查明谁能写入数据库",
        "block {number} of audit chain {chain} is not what the anchor of {at} says: it was changed or cut off since",
        "stop, compare that block with a backup, and find out who could write to the database",
    ),
    "A127": Text(
        "{at} 的锚说到一条审计链，数据库里已没有（标记 {mark}）",
        "与备份核对：整条链被删除",
        "the anchor of {at} names a chain of the audit that the database has no more (mark {mark})",
        "compare a backup: the whole chain was deleted",
    ),
    "A125": Text(
        "有 {count} 名诉求人的数据无法解封，已无索引（首个：{first}）",
        "从备份恢复这些行及其数据密钥，再运行一次同一命令",
        "{count} residents could not be opened and have no index now (first: {first})",
        "bring their rows and data keys back from a copy, then run the same command again",
    ),
    "A123": Text(
        "今日按此授权可查的行数已用完",
        "次日再查，或向数据管理员申请提高上限（max_rows_day）",
        "this grant has given all its rows of the day",
        "ask again tomorrow, or ask the data administrator for a higher max_rows_day",
    ),
    "A301": Text(
        "账号或密码不正确，或连续输错次数过多",
        "核对后再试；连续输错 5 次要等 15 分钟，仍不行请找系统管理员",
        "the name or the password is wrong, or too many were wrong in a row",
        "check both and try again; after five wrong ones wait 15 minutes, then ask a system administrator",
    ),
    "A302": Text(
        "尚未登录，或登录已过期",
        "重新登录",
        "nobody is signed in here, or the session is over",
        "sign in again",
    ),
    "A303": Text(
        "当前账号的角色不能用这个页面",
        "换有权的账号；角色由系统管理员设、安全管理员核准",
        "this account's role does not open this page",
        "use an account that may; a system administrator gives roles, a security administrator confirms them",
    ),
    "A304": Text(
        "请求不是从本平台页面发出的",
        "刷新页面后重试",
        "the request did not come from a page of this hub",
        "load the page again, then try once more",
    ),
    "A305": Text(
        "账号还没有核准",
        "请安全管理员核准这个账号的角色",
        "the account's role has not been confirmed yet",
        "ask a security administrator to confirm it",
    ),
    "A122": Text(
        "主密钥与此存储不符：它由另一组密钥封存",
        "改用原来的密钥文件（设置 keys 或 home）",
        "these master keys are not the store's: it was sealed under others",
        "give the store's own key file (settings keys or home)",
    ),
    "A201": Text(
        "提案 {proposal} 由本人提出，不能由本人决定",
        "请另一位安全管理员决定",
        "proposal {proposal} is your own",
        "another security admin decides about it",
    ),
    "A202": Text(
        "提案 {proposal} 已由本人同意",
        "还需另一位同意",
        "you have approved proposal {proposal} already",
        "somebody else has to approve it too",
    ),
    "A203": Text(
        "提案 {proposal} 此时不能这样处理",
        "查看提案现状：gridplus grants show {proposal}",
        "proposal {proposal} is not in a state for that",
        "look where it stands: gridplus grants show {proposal}",
    ),
    "A204": Text(
        "需写明理由", "填写理由，不超过五百字", "a reason is needed", "say why, in at most 500 characters"
    ),
    "A205": Text(
        "提案 {proposal} 不是本人提出的，不能撤回",
        "可由他人驳回",
        "proposal {proposal} is not yours to withdraw",
        "others may refuse it",
    ),
    "A206": Text(
        "授权写法有 {count} 处错误，首处（{where}）：{first}",
        "改正后再提",
        "the grants have {count} faults, the first ({where}): {first}",
        "mend them and propose again",
    ),
    "A207": Text(
        "提案未列授权，或超过 {limit} 条",
        "每个提案列 1 至 {limit} 条",
        "the proposal names no grant, or more than {limit}",
        "name 1 to {limit} grants in each",
    ),
    "A208": Text(
        "字段 {field} 不予共享，任何人不得授权",
        "换用其他字段；共享类型由数源部门确定",
        "field {field} is not shared and cannot be granted",
        "choose another field; its owner says how it is shared",
    ),
    "A209": Text(
        "授权 {grant} 的最后一天已过",
        "改用以后的日期，重新提案",
        "the last day of grant {grant} has passed",
        "give a later day and propose again",
    ),
    "A210": Text(
        "授权 {grant} 未生效或不存在",
        "核对编号：gridplus grants show",
        "grant {grant} is not in force",
        "look up its id: gridplus grants show",
    ),
    "A211": Text(
        "授权 {grant} 已存在",
        "改为变更该授权，或换起始日期",
        "grant {grant} exists",
        "propose a change of it, or another first day",
    ),
    "A212": Text(
        "授权 {grant} 不会有任何变化",
        "改动至少一项后再提",
        "nothing would change about grant {grant}",
        "change something and propose again",
    ),
    "A213": Text(
        "理由中含号码等个人信息",
        "只写事由，不写号码、证件、车牌",
        "the reason holds a number that may be a person's",
        "say why without phones, ids or plates",
    ),
    "A214": Text("没有这个提案", "核对提案编号", "no such proposal", "check its id"),
    "A215": Text(
        "授权 {grant} 在提案之后已有变化，未生效",
        "撤回或驳回本提案，按现状重新提出",
        "grant {grant} has changed since this was proposed, so nothing holds of it",
        "withdraw or refuse it, and propose again over what stands now",
    ),
    "A216": Text(
        "用途应为代码（小写字母、数字、下划线）",
        "改成代码，如 handle",
        "a purpose is a code of small letters, digits and _",
        "write a code, such as handle",
    ),
    "A217": Text(
        "此账号不是在用的安全管理员，不能提出或决定授权",
        "请安全管理员办理",
        "this account is not that of a security administrator, so it has no word in the whitelist",
        "ask a security administrator",
    ),
}
