"""A44: what two persons have shown beyond the whitelist for a short time."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "A440": Text(
        "没有这件申请，或不归您看",
        "在列表里核对",
        "no such request, or not yours to see",
        "look it up in the list",
    ),
    "A441": Text(
        "须由另一人办理：自己提出的不能自己同意，经手的不能复核",
        "请另一个账号办理",
        "it takes another person: nobody agrees to their own, and nobody who opened one reviews it",
        "let another account do it",
    ),
    "A442": Text(
        "这件申请不再等人同意：已有人办过，或已过一天",
        "刷新列表；仍需要的重新提出",
        "it does not wait any more: somebody decided, or a day has passed",
        "load the list again; ask anew where it is still needed",
    ),
    "A443": Text(
        "这件来件的这个字段不能临时查看",
        "有长期需要的，请安全管理员提授权",
        "this field of this report cannot be revealed",
        "where it is needed for longer, a security administrator proposes a grant",
    ),
    "A444": Text(
        "同一字段已在等人同意，或正在显示",
        "等同意，或在本页查看",
        "the same field waits for somebody already, or is shown",
        "wait, or look at the page",
    ),
    "A445": Text(
        "没有这件事项，或本单位没有为它被叫到",
        "核对事项编号",
        "no such matter, or your department is not called for it",
        "check its id",
    ),
    "A446": Text(
        "这件事项已有紧急授权在等人同意或正在生效",
        "在紧急授权页看它办到哪一步",
        "an emergency waits or holds for this matter already",
        "see where it stands on the page of emergencies",
    ),
    "A447": Text(
        "没有这种紧急授权", "从列表里选一种", "no such set of emergency fields", "choose one of the list"
    ),
    "A448": Text(
        "这件紧急授权没有可复核的：未曾生效，或已复核",
        "刷新列表",
        "there is nothing to review: it never held, or it was reviewed",
        "load the list again",
    ),
    "A450": Text(
        "这件紧急授权没有在生效",
        "刷新页面看它现在的状态",
        "this emergency gives nothing now",
        "load the page anew to see how it stands",
    ),
    "A449": Text(
        "紧急授权过期未复核：{count} 件，如 {first}",
        "请安全管理员在 /whitelist/emergencies 复核",
        "emergencies were not reviewed in time: {count}, such as {first}",
        "a security administrator reviews them on /whitelist/emergencies",
    ),
}
