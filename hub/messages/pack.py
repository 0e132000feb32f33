"""K: packs and contracts."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "K101": Text("数据包有 {count} 处问题", "执行 gridplus pack check 查看全部", "the pack has {count} faults", "see all of them with gridplus pack check"),
    "K102": Text("没有数据包", "检查路径", "there is no pack there", "check the path"),
    "K201": Text("不是可用的 YAML：{what}", "按所指行修正", "not usable YAML: {what}", "mend it at the line named"),
    "K202": Text("键 {name} 写了两次", "保留一处", "the key {name} is given twice", "keep one of them"),
    "K203": Text("不认识的键 {name}，可用：{allowed}", "改正拼写或删除", "unknown key {name}; known keys: {allowed}", "mend the spelling, or drop it"),
    "K204": Text("缺少 {name}", "补上此项", "{name} is missing", "add it"),
    "K205": Text("{name} 应为 {kind}", "改成所需的写法", "{name} should be a {kind}", "write it as one"),
    "K207": Text("{name} 应在 {least} 到 {most} 之间", "改成范围内的整数", "{name} should lie between {least} and {most}", "give a whole number of that range"),
    "K208": Text("不认识的词 {name}，可用：{allowed}", "从可用的词中选择", "unknown word {name}; allowed: {allowed}", "choose one of them"),
    "K209": Text("不允许 YAML 别名（&、*）", "把内容写全", "YAML aliases (&, *) are not allowed", "write the content out"),
    "K210": Text("分类 {name} 不在分类表中，相近：{allowed}", "改正，或先在 taxonomy.yaml 登记", "category {name} is not in the taxonomy; near: {allowed}", "mend it, or add it to taxonomy.yaml first"),
    "K211": Text("区域 {name} 不存在，相近：{allowed}", "核对区划代码", "area {name} does not exist; near: {allowed}", "check the area code"),
    "K212": Text("单位 {name} 未登记，相近：{allowed}", "改正，或先在 organisations.yaml 登记", "department {name} is not registered; near: {allowed}", "mend it, or add it to organisations.yaml first"),
    "K213": Text("有效期的结束早于开始", "核对 valid 的 from 与 to", "the validity ends before it begins", "check from and to under valid"),
    "K214": Text("来源 {name} 未登记，可用：{allowed}", "改正，或先在 sources.yaml 登记", "source {name} is not registered; known: {allowed}", "mend it, or add it to sources.yaml first"),
    "K215": Text("脱敏方式 {name} 不存在，可用或相近：{allowed}", "从脱敏方式表中选择", "mask {name} does not exist; known or near: {allowed}", "choose one of the masks"),
    "K216": Text("必填项 {name} 不在表单中", "在 properties 中写明该项", "required {name} is not in the form", "describe it under properties"),
    "K217": Text("表单不是可用的 JSON Schema：{what}", "按 2020-12 修正；不得引用外部", "the form is no usable JSON Schema: {what}", "mend it by draft 2020-12, without references"),
    "K218": Text("字段 {name} 不在统一模式中，相近：{allowed}", "改正字段名", "field {name} is not in the unified schema; near: {allowed}", "mend the field's name"),
    "K219": Text("条款号 {name} 重复", "每条用不同的条款号", "clause {name} is there twice", "give each clause a name of its own"),
    "K220": Text("样例所指条款 {name} 不存在", "改正样例的 clause", "the example names clause {name}, which does not exist", "mend the example's clause"),
    "K221": Text("样例「{name}」应为 {expected}，实为 {found}", "改正条款或样例", "the example {name} expects {expected} but gets {found}", "mend the clauses or the example"),
    "K222": Text("合同没有样例", "至少写一例，最好含一例 none", "the contract has no example", "write one at least, and one that expects none"),
    "K231": Text("没有主办：{categories} 在 {areas}", "为其补充合同条款", "no lead: {categories} in {areas}", "add a clause to a contract"),
    "K232": Text("多个主办（{departments}）：{categories} 在 {areas}", "只留一个主办，其余改为协办", "several leads ({departments}): {categories} in {areas}", "keep one as lead, make the others assist"),
    "K233": Text("{department} 的两份合同有效期重叠：{one}、{other}", "让前一份在后一份生效前结束", "two contracts of {department} hold at once: {one}, {other}", "end the earlier one before the later one begins"),
    "K234": Text("条款 {clause} 匹配不到任何分类或区域", "改正或删除该条款", "clause {clause} matches no category in any area", "mend or drop it"),
    "K251": Text("工作日历没有可用的办公时段", "在 calendar.yaml 的 hours 中写明时段，按先后、不重叠", "the working calendar has no usable office hours", "give spans under hours in calendar.yaml, in order and not overlapping"),
}
