"""The checks by name: what is wrong where one fails, and what to do, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from hub.messages.text import Text


class Outcome(StrEnum):
    """How a check ended; `unseen`: the consumer gave no occasion for it."""

    PASS = "pass"  # noqa: S105 no password
    FAIL = "fail"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check's end. `seen`: ids, codes and counts that show it."""

    check: str
    outcome: Outcome
    seen: str = ""


def verdict(check: str, wrong: object, seen: str = "") -> Verdict:
    """FAIL where `wrong`; `seen` is then kept, or made of a collection of ids."""
    if not wrong:
        return Verdict(check, Outcome.PASS)
    if not seen and isinstance(wrong, list | set | tuple | frozenset):
        seen = ", ".join(sorted(map(str, wrong)))
    return Verdict(check, Outcome.FAIL, seen)


CHECKS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "comes": Text(
            "消费方没有用给定的地址和密钥来取哨",
            "核对地址、密钥与请求头 Authorization: Bearer …",
            "the consumer never fetched with the address and the key that it was given",
            "check the address, the key, and the header Authorization: Bearer …",
        ),
        "takes_examples": Text(
            "合同样例的哨没有全部确认",
            "处理成功后确认该消息的 id",
            "a whistle of the contract's examples was not acknowledged",
            "acknowledge the id of each message once it is stored",
        ),
        "acknowledges_once": Text(
            "同一消息被多次确认",
            "每收到一次，确认一次",
            "a message was acknowledged more often than it was handed out",
            "acknowledge a message once for each time that it comes",
        ),
        "acknowledges_what_it_got": Text(
            "确认了尚未收到的消息",
            "只确认收到并已保存的消息",
            "an id was acknowledged before it was handed out",
            "acknowledge what came and is stored, and nothing else",
        ),
        "acknowledges_repeats": Text(
            "重复的消息没有再次确认，将一直重发",
            "已处理过的消息也要确认",
            "a repeat was not acknowledged, and would come for ever",
            "acknowledge what you know already, without handling it",
        ),
        "handles_once": Text(
            "同一消息被处理了不止一次：同一动作以不同编号（nonce）再次报到",
            "按消息 id 去重，先于处理",
            "one message was handled twice: the same move was reported again under another nonce",
            "drop repeats by the message's id before you handle them",
        ),
        "any_order": Text(
            "消息次序变化时没有全部确认",
            "不要依赖消息的先后",
            "whistles in another order were not all acknowledged",
            "do not rely on the order of different whistles",
        ),
        "survives_slow_day": Text(
            "平台返回 503、变慢或断线后，消息没有最终处理完",
            "稍后重试；已收到的不要丢弃",
            "after 503s, slow answers and broken lines not every message was acknowledged in the end",
            "try again later, and lose nothing that came",
        ),
        "repeats_its_nonce": Text(
            "没有得到应答的报到未以原编号（nonce）重发",
            "重发时使用同一编号，直到得到应答",
            "a report without an answer was not said again under its nonce",
            "say it again under the same nonce until there is an answer",
        ),
        "takes_newer_contract": Text(
            "合同新版本的哨（新字段、新条款）没有照常处理",
            "忽略不认识的字段",
            "a whistle of the contract's next version, with fields and a clause that are new, was not handled as usual",
            "pass by fields that you do not know",
        ),
        "passes_by_unknown_kinds": Text(
            "未知类型的消息没有确认，或其后的哨被挡住",
            "跳过未知类型并确认",
            "a message of an unknown type was not acknowledged, or stopped the whistle behind it",
            "skip and acknowledge what you do not know",
        ),
        "stops_when_called_off": Text(
            "哨已撤回，仍继续报到，或撤回通知未确认",
            "收到 grid.whistle.cancelled.v1 后停止办理",
            "there were reports on a whistle that had been called off, or its notice was not acknowledged",
            "stop when grid.whistle.cancelled.v1 comes, also where the whistle itself comes once more",
        ),
        "takes_bare_whistle": Text(
            "取到之前已撤回的哨（只有编号）没有确认",
            "除 department、href 外的字段都可能没有",
            "a whistle that was called off before it was fetched, and shows its id alone, was not acknowledged",
            "of `data` rely on department and href alone",
        ),
        "answers_second_call": Text(
            "再次吹哨（wh_…:n）没有重新签收，或沿用了旧编号（nonce）",
            "把它当作新的一次；编号取自消息 id，不要取自哨的编号",
            "a whistle that was blown again (wh_…:n) was not answered anew, or under an old nonce",
            "treat it as a call of its own; make nonces of the message's id, not of the whistle's",
        ),
        "takes_refusal": Text(
            "被拒绝的报到反复重发，或挡住了其他哨",
            "4xx 拒绝不会因重发而改变：转人工处理，其余照常",
            "a refused report was sent again and again, or stopped other whistles",
            "the same again is refused again: put it before a person, and go on",
        ),
        "reports_fit": Text(
            "报到不符合合同",
            "按 code 与 pointer 修改；表单见合同的 form",
            "a report does not fit the contract",
            "mend it by code and pointer; the form stands in the contract",
        ),
        "believes_only_the_hub": Text(
            "接受了没有有效签名的调用",
            "先验签名与时间，再读内容（gridplus_client.webhook.check）",
            "a call without a signature that holds was taken",
            "check signature and time before you read a word (gridplus_client.webhook.check)",
        ),
        "answers_in_time": Text(
            "有调用在 10 秒内没有应答",
            "先保存并应答，再办理",
            "a call had no answer within 10 s",
            "store, answer, and work afterwards",
        ),
        "stays_alive": Text(
            "消费方中途停止",
            "查看其日志：最后一项检查时发生了什么",
            "the consumer stopped on the way",
            "look at its log: what happened during the last check",
        ),
    }
)
PULL_ONLY: Final = frozenset({"comes", "acknowledges_once", "acknowledges_what_it_got"})
WEBHOOK_ONLY: Final = frozenset({"believes_only_the_hub", "answers_in_time"})
