"""P: peers that may not come in."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "P101": Text(
        "签名不正确",
        "核对密钥、参与签名的字段及其顺序",
        "the signature is wrong",
        "check the key, the signed fields and their order",
    ),
    "P102": Text(
        "时间戳超出允许范围", "校准双方时钟", "the timestamp is outside the window", "set both clocks"
    ),
    "P103": Text(
        "请求被重放",
        "每次请求使用新的随机串",
        "the request was replayed",
        "use a fresh nonce for each request",
    ),
    "P104": Text(
        "令牌无效或已过期", "重新申请令牌", "the token is unknown or has expired", "ask for a new token"
    ),
    "P105": Text(
        "尚未注册或注册已失效",
        "先注册再调用",
        "not registered, or the registration has ended",
        "register first",
    ),
    "P106": Text(
        "摘要认证失败", "核对设备编号与口令", "digest authentication failed", "check device id and password"
    ),
    "P107": Text("没有这个入口", "核对地址与方法", "no such door", "check address and method"),
    "P108": Text("请求体过大", "拆分后重发", "the body is too large", "split it and send again"),
    "P109": Text(
        "密钥无效", "使用分配给本单位的密钥", "the key is not valid", "use the key issued to this department"
    ),
    "P110": Text(
        "正文不是合法的 JSON", "核对编码与内容后重发", "the body is no valid JSON", "mend it, then send again"
    ),
    "P301": Text(
        "这一项没有填，或填得不对",
        "按提示改好后再发送",
        "this field is missing or says something that it may not",
        "mend it, then send again",
    ),
    "P302": Text(
        "照片超过 {most} 张",
        "删去几张后再发送",
        "more than {most} photos",
        "take some away, then send again",
    ),
    "P303": Text(
        "有一张不是能识别的照片（JPEG、PNG、WebP、GIF）",
        "换一张后再发送",
        "one of the photos is no picture that is taken (JPEG, PNG, WebP, GIF)",
        "take another one, then send again",
    ),
    "P304": Text(
        "有一张照片超过 {most_mb} MB",
        "换小一些的照片后再发送",
        "one of the photos is larger than {most_mb} MB",
        "take a smaller one, then send again",
    ),
    "P305": Text(
        "来源 {source} 没有启用，页面收下的内容无处存放",
        "在设置中写上空的一节 [sources.{source}] 后重启",
        "the source {source} is not configured, so what the page takes has nowhere to go",
        "write an empty section [sources.{source}] into the settings, then restart",
    ),
    "P306": Text(
        "系统正在处理积压，暂不收新的上报",
        "内容留在本机，稍后自动再发",
        "the hub is catching up and takes no new report just now",
        "it stays where it is and is sent again later",
    ),
}
