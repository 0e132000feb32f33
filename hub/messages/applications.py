"""A42: what departments ask of the whitelist, and days that no grant can have."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "A420": Text(
        "没有这个申请", "在字段申请页查编号", "no such application", "look it up on the page of applications"
    ),
    "A421": Text(
        "所选字段中有不予共享或没有的",
        "在字段目录里核对共享类型，换用其他字段",
        "one of the fields is not shared, or there is none of that name",
        "look up in the catalogue of fields how each is shared, and choose another",
    ),
    "A422": Text(
        "用途、用途说明或法律依据没写，或超过 {limit} 字",
        "用途写代码（如 handle），说明和依据各写一句",
        "the purpose, what it is for or the legal basis is missing, or longer than {limit} characters",
        "give the purpose as a code (such as handle), and a sentence each for the others",
    ),
    "A423": Text(
        "说明中含号码等个人信息",
        "只写事由和依据，不写号码、证件、车牌",
        "the words hold a number that may be a person's",
        "say what for and by which law, without phones, ids or plates",
    ),
    "A424": Text(
        "申请现在不能这样办",
        "刷新页面，看它办到哪一步",
        "the application is not at that step",
        "load the page again and look where it stands",
    ),
    "A425": Text(
        "此账号不是该部门在用的经办账号，不能替它申请",
        "请该部门的经办人申请",
        "this account is not an operator of that department, so it cannot ask in its name",
        "an operator of the department asks",
    ),
    "A426": Text(
        "用到哪天已过，或超过一年",
        "填今天起一年以内的日期",
        "the last day has passed, or is more than a year away",
        "give a day within a year from today",
    ),
    "A427": Text(
        "本部门已有 {limit} 个申请没有办完",
        "等答复，或撤回不再需要的",
        "{limit} applications of the department wait already",
        "wait for the answers, or withdraw what is no longer needed",
    ),
    "A428": Text(
        "没有选字段或出口，或字段超过 {limit} 个",
        "选 1 至 {limit} 个字段，至少一个出口",
        "no field or no output was chosen, or more than {limit} fields",
        "choose 1 to {limit} fields and at least one output",
    ),
    "A429": Text(
        "授权的日期须在 {first} 年至 {last} 年之间",
        "改用这之间的日期",
        "the days of a grant lie between the years {first} and {last}",
        "give days between these",
    ),
}
