"""A: the field whitelist, the vault and the audit."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "A101": Text("无权访问", "向数据管理员申请授权", "not allowed", "ask the data administrator for a grant"),
    "A102": Text("密钥不可用", "检查主密钥配置", "a key cannot be used", "check the master key's setting"),
    "A103": Text("密文校验失败", "数据或密钥已损坏；停用并核查", "sealed data fails its check", "data or key is damaged; stop and look"),
    "A104": Text("审计链不连续", "从最近锚点核查", "the audit chain is broken", "look from the last anchor on"),
}
