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
    "A501": Text(
        "没有这个申请", "在数据保存页查编号", "no such request", "look it up on the page of retention"
    ),
    "A502": Text(
        "文号不合规：字母、数字和 . _ / -，3 至 40 位，且不含电话或证件号码",
        "填线下核验身份的案卷文号",
        "not the number of a file: letters, digits and . _ / -, 3 to 40 of them, and no phone or id number",
        "give the number of the file in which the person proved who they are",
    ),
    "A503": Text(
        "缺姓名，或电话、证件号码都不能用来查找",
        "填核验过的姓名，加电话或证件号码",
        "no name, or neither phone nor id number that could be found",
        "give the proven name, and a phone or an id number",
    ),
    "A504": Text(
        "自己登记的申请不能自己决定",
        "请另一名安全管理员决定",
        "who entered a request does not decide it",
        "ask another security administrator",
    ),
    "A505": Text(
        "申请现在不能这样办",
        "刷新页面，看它办到哪一步",
        "the request is not at that step",
        "load the page again and look where it stands",
    ),
    "A506": Text(
        "依据与申请种类不符",
        "查阅复制用第四十五条，更正用第四十六条，删除用第四十七条",
        "that clause gives no such right",
        "a copy goes by article 45, a correction by 46, a deletion by 47",
    ),
    "A507": Text(
        "更正申请没有新值",
        "至少填一项要更正的信息",
        "a correction without a new value",
        "give at least one value that shall stand there",
    ),
    "A508": Text(
        "口令太短，至少 {limit} 个字",
        "请本人定一个更长的口令",
        "the passphrase is too short: at least {limit} letters",
        "let the person choose a longer one",
    ),
    "A509": Text(
        "只有已核准的安全管理员能办个人信息申请",
        "换安全管理员的账号",
        "only a confirmed security administrator has a word in a resident's request",
        "use such an account",
    ),
    "A511": Text(
        "没有这项告知，或已经确认过",
        "刷新页面",
        "nobody of that number is to be told, or it was confirmed before",
        "load the page again",
    ),
    "A513": Text(
        "口令不对，或这不是副本文件",
        "核对口令和文件",
        "the passphrase is wrong, or this is no copy",
        "check both",
    ),
}
