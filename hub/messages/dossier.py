"""V: dossiers (一哨一档), their anchors and exported files."""

from typing import Final

from hub.messages.text import Text

_COMPARE_ZH: Final = "停止使用该数据库；与备份核对该条，查明谁能写入数据库"
_COMPARE_EN: Final = "stop; compare that entry with a backup, and find out who could write to the database"
_ASK_ZH: Final = "不要采信；请出具单位重新导出，并核对其公钥"
_ASK_EN: Final = "do not rely on it; ask whoever gave it out for a new one, and compare the public key"

TEXTS: Final[dict[str, Text]] = {
    "V101": Text(
        "档案在第 {number} 条被破坏（{fault}）",
        _COMPARE_ZH,
        "the dossier is broken at entry {number} ({fault})",
        _COMPARE_EN,
    ),
    "V102": Text(
        "档案第 {number} 条与其锚不符",
        _COMPARE_ZH,
        "entry {number} of the dossier is not what was anchored",
        _COMPARE_EN,
    ),
    "V103": Text(
        "此哨尚无档案",
        "启动 clockwork，几秒后再导出",
        "nothing was put into this dossier yet",
        "start clockwork, and export again some seconds later",
    ),
    "V104": Text(
        "{name} 不能导出此哨的档案",
        "用 centre，或此哨的承办部门",
        "{name} cannot export this dossier",
        "give centre, or the department that is called",
    ),
    "V109": Text(
        "锚无法写入：{name}",
        "检查目录、权限与磁盘空间（设置 anchors）",
        "an anchor cannot be written: {name}",
        "check the directory, its permissions and the disk (setting anchors)",
    ),
    "V111": Text(
        "不是本平台写成的档案文件（{why}）", _ASK_ZH, "this is no file that a hub wrote ({why})", _ASK_EN
    ),
    "V112": Text(
        "文件的签名与所给公钥不符",
        "核对公钥（gridplus keys public）；仍不符的，不要采信",
        "the file is not signed by the key that was given",
        "compare the key (gridplus keys public); where it still differs, do not rely on the file",
    ),
    "V113": Text("{name} 与签名时不同", _ASK_ZH, "{name} is not what was signed", _ASK_EN),
    "V114": Text(
        "链在第 {number} 条断开（{fault}）", _ASK_ZH, "the chain breaks at entry {number} ({fault})", _ASK_EN
    ),
    "V115": Text(
        "第 {number} 条有字段值与其摘要不符",
        _ASK_ZH,
        "a value shown in entry {number} does not fit its digest",
        _ASK_EN,
    ),
    "V116": Text(
        "第 {number} 行锚未由所给公钥签名",
        "锚写成之前的公钥，用 --key 一并给出；仍不符的，不要采信",
        "line {number} of the anchors is not signed by a key that was given",
        "give the key of that time too (--key); where it still differs, do not rely on it",
    ),
    "V117": Text(
        "第 {number} 条与锚不符：锚写成之后档案被改动",
        _ASK_ZH,
        "entry {number} is not what was anchored: the dossier was changed afterwards",
        _ASK_EN,
    ),
    "V118": Text(
        "导出前写成的锚中有第 {number} 条，文件中没有：末尾被截去",
        _ASK_ZH,
        "anchors from before the export name entry {number}, which the file lacks: its end was cut off",
        _ASK_EN,
    ),
    "V120": Text(
        "第 {number} 条有两个不同的锚：锚写成之后档案被改动，又被再次锚定",
        "不要采信；核对自己留存的锚，查明谁能写入数据库",
        "anchors differ about entry {number}: the dossier was changed after it was anchored, and anchored again",
        "do not rely on it; compare anchors that you kept, and find out who could write to the database",
    ),
    "V119": Text(
        "锚文件第 {number} 行与前一行不衔接",
        "与另一份副本核对：有行被删去或改动",
        "line {number} of the anchors does not follow the one before it",
        "compare another copy: a line was taken out or changed",
    ),
    "V121": Text(
        "所给位置没有读到任何锚",
        "用 --anchors 给出留存锚的目录（*.anchors.jsonl）或其中的文件",
        "no anchor stands in what was given",
        "give the directory in which anchors are kept (*.anchors.jsonl), or one of its files, by --anchors",
    ),
    "V122": Text(
        "锚的最后一行（第 {number} 行）不完整，无从得知其内容",
        "取一份新的副本；仍不完整的，等下一个锚写成后再核验",
        "the last line of the anchors ({number}) is broken off: what it said is not known",
        "get a new copy; where it is broken there too, verify again once the next anchor is written",
    ),
    "V123": Text(
        "读到 {number} 个锚，均未提及此哨：据此不能发现末尾被截去",
        "取一份更新的副本再核验",
        "none of the {number} anchors that were read names this whistle: by them nothing that was cut off is found",
        "verify again with a newer copy of them",
    ),
    "V124": Text(
        "导出之后档案已增至第 {number} 条（导出本身也计为一次查看）",
        "需要最新内容的，请出具单位重新导出",
        "since the export the dossier has grown to entry {number} (the export itself is a look)",
        "ask whoever gave it out for a new one where you need what came later",
    ),
    "V125": Text(
        "此哨尚有 {number} 项已发生而未入档",
        "clockwork 正在登记的，几秒后再导出；积压较多的，见 gridplus doctor（D161）",
        "{number} things that happened to this whistle are not in its dossier yet",
        "export again some seconds later, while clockwork puts them in; where many wait see gridplus doctor (D161)",
    ),
}
