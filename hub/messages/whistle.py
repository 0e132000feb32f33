"""W: whistles and reports; W2 links between reports and matters."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "W101": Text(
        "当前状态不允许此操作，可用操作：{allowed}",
        "选择允许的操作",
        "this move is not open from here; open moves: {allowed}",
        "choose one of them",
    ),
    "W102": Text(
        "反馈不符合合同要求",
        "按合同的反馈表单填写",
        "the report does not fit its contract's form",
        "fill in the contract's form",
    ),
    "W103": Text("没有这个哨", "核对编号", "no such whistle", "check the id"),
    "W104": Text(
        "退单理由不在合同允许范围",
        "可用理由：{allowed}",
        "this return reason is not in the contract",
        "allowed reasons: {allowed}",
    ),
    "W105": Text("退单次数已用完", "申请裁定", "no return is left", "ask for arbitration"),
    "W106": Text(
        "已过退单期限",
        "申请裁定，或继续办理",
        "the time for returning has passed",
        "ask for arbitration, or go on with it",
    ),
    "W107": Text(
        "退单须附依据", "补充依据后再退", "a return needs evidence", "add the evidence, then return it"
    ),
    "W108": Text(
        "该编号（nonce）已用于本哨的另一次报到",
        "每次报到使用新的编号；重发须与原报到一致",
        "this nonce was another report's on this whistle",
        "give each report a nonce of its own; a repeat says the same again",
    ),
    "W109": Text(
        "本哨经裁定由贵单位承办，不得再退",
        "继续办理；如有新情况，向区指挥中心说明",
        "the centre decided that this whistle stays with its department; it cannot be returned",
        "go on with it, and tell the centre what has changed",
    ),
    "W110": Text(
        "事项 {incident} 已不在办理中",
        "刷新后再看",
        "matter {incident} is not open",
        "look again at its present state",
    ),
    "W111": Text(
        "部门 {department} 今日没有生效的合同",
        "选择其他部门，或由管理员补上合同",
        "department {department} has no contract that holds today",
        "choose another one, or let the administrator add its contract",
    ),
    "W112": Text(
        "该部门已在主办此事项",
        "查看其现有的哨",
        "this department leads the matter already",
        "look at the whistle that it has",
    ),
    "W113": Text(
        "该部门是此事项的被诉单位",
        "指定其他部门",
        "a report of this matter accuses this department",
        "designate another one",
    ),
    "W114": Text(
        "理由须为代码，不得写文字",
        "使用大写字母、数字和下划线，最多 32 位",
        "a reason is a code, not words",
        "use capital letters, digits and _, at most 32 of them",
    ),
    "W115": Text(
        "事项 {incident} 涉密：指派后该部门将看到其授权范围内的内容，且无法收回",
        "确需指派的，加 --secret 再执行",
        "matter {incident} is secret: the department would be told what its grants allow, which cannot be taken back",
        "say --secret where it has to be",
    ),
    "W116": Text(
        "该理由不能挂起或延期",
        "可用理由：{allowed}",
        "this contract lets no clock wait, or run longer, for that reason",
        "allowed reasons: {allowed}",
    ),
    "W117": Text(
        "超过合同允许的时长",
        "最晚可到 {latest}",
        "that is longer than the contract allows",
        "say a moment up to {latest}",
    ),
    "W118": Text(
        "本哨的挂起或延期次数已用完（共 {most} 次）",
        "继续办理；确有困难的，向区指挥中心说明",
        "no pause or extension is left of {most} for this whistle",
        "go on with it, or tell the centre what stands in the way",
    ),
    "W119": Text(
        "未写明截止时间，或该时间不晚于现有时限",
        "填写晚于当前时间的截止时间；申请延期的，应晚于现有办结时限",
        "no moment is given, or it lies no later than what holds already",
        "give one that lies ahead; for more time, one behind the present deadline",
    ),
    "W127": Text(
        "本街道办事处承办的哨，由本街道的岗位评价等于自评",
        "由区级岗位或指挥中心评价",
        "a post does not mark what its own subdistrict's office did",
        "let a post of the district, or the centre, mark it",
    ),
    "W128": Text(
        "本哨已有变动，现为第 {version} 版",
        "查看现状后再操作",
        "someone moved this whistle meanwhile: it is at version {version}",
        "look at its present state, then decide",
    ),
    "W129": Text(
        "只有主办单位反馈结果时可以不再等待协办单位，并须说明原因",
        "在 note 中说明原因，或去掉 alone",
        "only a lead's result may say that it waits for no assisting department, and its note says why",
        "say why in note, or leave alone out",
    ),
    "W142": Text(
        "该哨或该件凭证没有待撤销的疑点",
        "用 gridplus mark flags 查看疑点",
        "no doubt stands about this whistle's evidence, or this piece",
        "see gridplus mark flags",
    ),
    "W143": Text(
        "没有哨等待拉取：合同的送达渠道是 {channels}",
        "从该渠道接收，或由管理员在合同的 channels 中加入 pull",
        "nothing is to be pulled: whistles of this contract come by {channels}",
        "receive them there, or let your administrator put pull into the contract's channels",
    ),
    "W150": Text(
        "{move} 须说明理由",
        "给出理由代码",
        "{move} needs a reason",
        "give the code of one",
    ),
    "W151": Text(
        "该岗位不能吹此级别的哨，可用级别：{allowed}",
        "选择允许的级别，或请上级吹哨",
        "this post may not blow at that level; its levels: {allowed}",
        "choose one of them, or ask the post above",
    ),
    "W152": Text(
        "该叫到的部门都已在办：{departments}",
        "查看已有的哨，需要时升级",
        "everyone who would be called is called already: {departments}",
        "look at the whistles that stand, and upgrade where that is needed",
    ),
    "W153": Text(
        "没有合同条款把此类事项交给该部门；可叫到的部门：{allowed}",
        "选择有职责的部门；职责不清的，报区指挥中心指定",
        "no clause of a contract gives this matter to that department; whom one does: {allowed}",
        "choose one of them; where duties are unclear, let the centre designate",
    ),
    "W154": Text(
        "岗位写法不对",
        "写成 岗位:区划代码，例如 community:329901001001；岗位：{allowed}",
        "this is no post",
        "write post:area, for instance community:329901001001; posts: {allowed}",
    ),
    "W155": Text(
        "{level} 级之上没有更高级别",
        "需要时由区指挥中心督办",
        "there is no level above {level}",
        "let the centre supervise it where that is needed",
    ),
    "W156": Text(
        "此级别的哨由 {allowed} 审核",
        "请有审核权的岗位处理",
        "whistles of this level are reviewed by {allowed}",
        "let that post decide",
    ),
    "W157": Text(
        "事项 {incident} 已有变动，现为第 {version} 版",
        "查看现状后再操作",
        "someone changed matter {incident} meanwhile: it is at version {version}",
        "look at its present state, then decide",
    ),
    "W158": Text(
        "报哨的人不能自己审核同意",
        "请该岗位的另一账号审核；岗位密钥按人发放：gridplus keys issue 岗位:区划 --post --as 账号",
        "who submitted a whistle does not approve it",
        "let another account of the post decide; a post's keys are issued by person: "
        "gridplus keys issue POST:AREA --post --as ACCOUNT",
    ),
    "W159": Text(
        "事项已办结，协办部门不能单独重办",
        "先让主办部门重办，事项重新打开后，再让协办部门重办",
        "the matter is done, and who assists does not do its part again alone",
        "let its lead do it again first; once the matter is open again, who assists may, too",
    ),
    "W120": Text(
        "合同版本 {contract} 既不在包内也未留存",
        "由管理员把该版本的合同文件放回包内并重启",
        "contract version {contract} is neither in the pack nor kept in the store",
        "the administrator puts that version's file back into the pack and starts anew",
    ),
    "W121": Text(
        "评分须在 0 到 {best} 之间，且至少评一项（可评：{allowed}）",
        "按本区评价规则重新打分",
        "marks go from 0 to {best}, for at least one of {allowed}",
        "mark it again by the district's scale",
    ),
    "W122": Text(
        "评价期限已过，或该哨尚未办结",
        "未办结的等办结后再评；逾期的不再计分",
        "the time for marking has passed, or there is no result yet",
        "wait for the result; after the time nothing is marked any more",
    ),
    "W123": Text(
        "本区评价规则未设此评价方（可评：{allowed}）",
        "由规则中的评价方打分",
        "who marks so does not mark here; who does: {allowed}",
        "let one of them mark it",
    ),
    "W124": Text(
        "此类文件不能作为佐证",
        "改交 JPEG、PNG、WebP、GIF 图片或 PDF",
        "a file of this kind is no evidence",
        "hand in a JPEG, PNG, WebP or GIF picture, or a PDF",
    ),
    "W125": Text(
        "本哨佐证已达 {most} 件",
        "选最能说明问题的随结果上报",
        "this whistle has {most} pieces of evidence already",
        "name those that show most in the result",
    ),
    "W126": Text(
        "结果中的佐证编号不是本哨本轮提交的",
        "先提交佐证，再把返回的编号填入 evidence",
        "the result names evidence that was not handed in for this round of this whistle",
        "hand it in first, then name the id that came back under evidence",
    ),
    "W210": Text(
        "收件箱的这个条件（{name}）没有此值",
        "在页面上重新选择",
        "an inbox has no such value for {name}",
        "choose again on the page",
    ),
    "W211": Text(
        "无权按这些字段筛选或排序：{fields}",
        "去掉该条件，或向数据管理员申请授权",
        "you may not choose or order by these fields: {fields}",
        "leave that out, or ask the data administrator for a grant",
    ),
    "W201": Text(
        "该上报已关联其他事项", "先解除现有关联", "this report is linked already", "un-link it first"
    ),
    "W202": Text(
        "该上报没有关联", "刷新后再看", "this report is not linked", "look again at its present state"
    ),
    "W203": Text(
        "事项不能与自身合并", "选择另一事项", "a matter cannot be merged with itself", "choose another one"
    ),
    "W204": Text(
        "没有可移动的关联", "刷新后再看", "there is no link to move", "look again at its present state"
    ),
    "W206": Text(
        "事项 {incident} 已核实、已作废、已并入他项或为保密件，不能并单",
        "核对编号；已核实的事项按复发处理",
        "matter {incident} is verified, cancelled, merged or secret: it cannot be merged",
        "check the id; after a verified one it is a recurrence",
    ),
}
