"""A5: what a resident asks about themselves."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
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
