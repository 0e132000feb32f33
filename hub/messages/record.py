"""R: what can be wrong with one record. R1 bytes, R2 fields, R3 waiting, R4 place, R5 codes."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "R101": Text(
        "编码无法识别",
        "请来源确认字符集后，执行 gridplus replay",
        "bytes are in no known encoding",
        "ask the source for its charset, then gridplus replay",
    ),
    "R102": Text(
        "内容无法解析",
        "请来源修正格式后重发",
        "the body cannot be parsed",
        "ask the source to mend the format and send again",
    ),
    "R103": Text(
        "内容超过 {limit} 字节",
        "请来源拆分或调高该来源的上限",
        "the body is larger than {limit} bytes",
        "ask the source to split it, or raise this source's limit",
    ),
    "R104": Text(
        "文字已成乱码",
        "请来源按原字符集重发；乱码不入库",
        "the text is mojibake",
        "ask the source to send it again in its own charset; mojibake is never stored as text",
    ),
    "R105": Text(
        "入口不予接收：含有本平台不得持有的内容",
        "无需处理；来源应停止推送此类对象",
        "refused at ingress: this kind of object is never held",
        "nothing to do; the source should stop sending it",
    ),
    "R106": Text(
        "适配器处理此记录时出错",
        "由插件工程师查看后执行 gridplus replay",
        "the adapter failed on this record",
        "its engineer mends the plugin, then gridplus replay",
    ),
    "R107": Text(
        "记录的密钥已销毁",
        "无法恢复；密钥随记录删除",
        "this record's key was destroyed",
        "nothing can bring it back: deleting a record deletes its key",
    ),
    "R108": Text(
        "记录中没有任何事项", "请来源核对", "the record holds no matter", "ask the source to check it"
    ),
    "R201": Text(
        "缺少必填字段",
        "补充字段映射后执行 gridplus replay",
        "a required field is missing",
        "map it, then gridplus replay",
    ),
    "R202": Text(
        "字段类型不符",
        "修正映射后执行 gridplus replay",
        "a field has the wrong type",
        "mend the mapping, then gridplus replay",
    ),
    "R203": Text(
        "时间无法识别",
        "在来源配置中声明时间格式与时区",
        "a time cannot be read",
        "declare time format and zone in the source's configuration",
    ),
    "R204": Text(
        "数字已丢失位数（如被表格软件转成科学计数）",
        "请以文本格式重新导出",
        "a number has lost digits (as spreadsheets do)",
        "ask for an export with this column as text",
    ),
    "R205": Text(
        "证件号码校验不通过",
        "请来源核对；该号码不作为身份使用",
        "an identity number fails its check digit",
        "ask the source to check it; it is not used as an identity",
    ),
    "R206": Text(
        "统一模式校验不通过：{kind}",
        "查看指针所指字段，修正适配器后 replay",
        "the event fails the unified schema: {kind}",
        "look at the field the pointer names, mend the adapter, then replay",
    ),
    "R301": Text(
        "疑似测试数据",
        "由坐席确认：真实则放行，否则作废",
        "looks like test data",
        "a person confirms: release it, or drop it",
    ),
    "R302": Text(
        "更新先于新建到达",
        "等待新建记录；超时由值守处理",
        "an update arrived before its creation",
        "it waits for the creation; after the time limit the desk looks",
    ),
    "R303": Text(
        "诉求人疑似被诉单位人员，需回避",
        "由中心指定无利害关系人员处理",
        "the requester seems to be staff of the accused unit",
        "the centre names someone without a conflict of interest",
    ),
    "R304": Text(
        "时限文字无法识别",
        "转人工录入时限",
        "a time limit's words cannot be read",
        "a person enters the time limit",
    ),
    "R305": Text(
        "缺少分类条件，需人工判断",
        "由坐席补充分类后放行",
        "the category needs a person's judgement",
        "the desk completes it, then releases it",
    ),
    "R401": Text(
        "没有可用的位置",
        "由坐席补充地址或坐标后放行",
        "no usable place",
        "the desk adds an address or a point, then releases it",
    ),
    "R402": Text(
        "位置在辖区之外",
        "确认后转出，或修正来源坐标系配置",
        "the place lies outside the district",
        "hand it over, or mend the source's coordinate system",
    ),
    "R403": Text(
        "坐标精度过低（约 {error_m} 米），不能定格",
        "由坐席补充地址",
        "the coordinate is too coarse (about {error_m} m) to choose a grid",
        "the desk adds an address",
    ),
    "R404": Text(
        "地址有多个候选", "由坐席选择候选之一", "the address has several candidates", "the desk picks one"
    ),
    "R405": Text(
        "网格边界无法成立（自相交、未闭合、无面积或不是经纬度）",
        "请来源修正边界后重发；此前的边界继续有效",
        "the outline is no polygon: it crosses itself, is open, has no area or is not in degrees",
        "ask the source to mend the outline and send it again; until then the one before it holds",
    ),
    "R406": Text(
        "网格边界不在本辖区，或大于整个辖区",
        "请来源核对坐标系和边界后重发",
        "the outline lies outside the district, or is larger than all of it",
        "ask the source to check coordinate system and outline, then send it again",
    ),
    "R501": Text(
        "分类代码未登记",
        "在数据包的代码表中登记后 replay",
        "an unknown category code",
        "add it to the pack's code table, then replay",
    ),
}
