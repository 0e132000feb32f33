"""F: files that sources offer with reports. F10 not followed or not taken, F11 no longer there, F12 no picture, F13 at the desk."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "F101": Text(
        "该来源未登记任何附件主机，附件不取",
        "在数据包 sources.yaml 该来源的 attachments.hosts 中登记后，执行 gridplus attachment again",
        "no host of attachments is named for this source, so none is fetched",
        "name it under the source's attachments.hosts in sources.yaml, then gridplus attachment again",
    ),
    "F102": Text(
        "附件链接的主机或端口未登记",
        "与来源核对后登记到 attachments.hosts，再执行 gridplus attachment again",
        "the link leads to a host or port that is not named for this source",
        "check with the source, name it under attachments.hosts, then gridplus attachment again",
    ),
    "F103": Text(
        "附件链接不是普通的 http(s) 地址",
        "请来源改发普通链接",
        "the link is no plain http(s) address",
        "ask the source for a plain link",
    ),
    "F104": Text(
        "附件主机解析到未登记的内部网络",
        "确属部门内网的，登记到 attachments.networks，再执行 gridplus attachment again；否则报告来源",
        "the host leads into a network that is not named for this source",
        "if it is the department's own, name it under attachments.networks, then gridplus attachment again; else tell the source",
    ),
    "F105": Text(
        "附件链接要求转到他处，未予跟随",
        "请来源给出直接链接",
        "the link answers with a redirection, which is not followed",
        "ask the source for the direct link",
    ),
    "F106": Text(
        "附件过大，已停止接收",
        "请来源压缩后重发",
        "the file is too large and was not taken",
        "ask the source for a smaller one",
    ),
    "F107": Text(
        "一件来件的附件过多，超出部分不取",
        "确有需要的，向来源索取",
        "one report came with too many files; this one is beyond the limit",
        "ask the source for it where it is needed",
    ),
    "F108": Text(
        "附件服务器的应答无法使用",
        "请来源核对链接",
        "the file's server gave an answer that cannot be used",
        "ask the source to check the link",
    ),
    "F109": Text(
        "附件服务器的证书不可信",
        "请来源更换证书，或把其签发机构装入本机",
        "the certificate of the file's server is not trusted",
        "ask the source to renew it, or install its authority on this machine",
    ),
    "F110": Text(
        "附件的密钥已销毁",
        "无法恢复；密钥随记录删除",
        "the key of this file was destroyed",
        "nothing can bring it back: deleting a record deletes its key",
    ),
    "F111": Text(
        "附件链接已失效",
        "请来源重发该件，或在来源系统中查看",
        "the link is no longer good",
        "ask the source to send the report again, or look there",
    ),
    "F112": Text(
        "附件服务器多次未作应答，已放弃",
        "待其恢复后执行 gridplus attachment again",
        "the file's server did not answer, time and again",
        "once it is back: gridplus attachment again",
    ),
    "F113": Text(
        "附件服务器暂未应答，稍后再取",
        "无需处理",
        "the file's server did not answer; it is asked again",
        "nothing to do",
    ),
    "F121": Text("附件为空", "请来源重发", "the file is empty", "ask the source to send it again"),
    "F122": Text(
        "附件不是可保存的图片或 PDF",
        "在来源系统中查看",
        "the file is no picture that is kept, and no PDF",
        "look at it in the source's own system",
    ),
    "F123": Text(
        "附件为 HEIC 图片，尚不支持",
        "请来源转为 JPEG",
        "the file is a HEIC picture, which is not read",
        "ask the source for a JPEG",
    ),
    "F124": Text(
        "附件为视频，不予保存",
        "在来源系统中查看",
        "the file is a video, which is not kept",
        "look at it in the source's own system",
    ),
    "F131": Text(
        "图片已损坏或尺寸过大，无法生成可展示的图片",
        "执行 gridplus attachment refuse；在来源系统中查看",
        "the picture is damaged, or far too large to be drawn",
        "gridplus attachment refuse it, and look in the source's own system",
    ),
    "F132": Text(
        "此附件当前为 {state}，没有可处理的内容",
        "执行 gridplus explain 查看其来件",
        "this file is {state}: there is nothing to look at",
        "gridplus explain its event says why",
    ),
    "F133": Text(
        "此类附件（{kind}）不能展示给部门",
        "仅供值守查看；不展示的，执行 gridplus attachment refuse",
        "a file of this kind ({kind}) cannot be shown to a department",
        "it is for the desk alone; gridplus attachment refuse it",
    ),
    "F134": Text(
        "遮盖区域不在图片内（{width}×{height}）",
        "按 x,y,宽,高 给出图片内的像素",
        "a part to cover lies outside the picture ({width}×{height})",
        "give x,y,width,height in pixels of the picture",
    ),
    "F135": Text(
        "经办账号和理由须为代码：小写字母、数字与下划线",
        "例如 --by desk_07 --why no_people",
        "account and reason are codes: lower case letters, digits and underscores",
        "for instance --by desk_07 --why no_people",
    ),
    "F136": Text("没有这个附件", "核对编号", "no such attachment", "check the id"),
}
