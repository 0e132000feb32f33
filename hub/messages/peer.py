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
}
