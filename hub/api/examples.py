"""Examples of what is said over HTTP, by the type that says it; they stand in the OpenAPI document. Data.

`tests/e2e/test_documented.py` validates each against its schema and sends every request, in the order given here, to a hub
in which WHISTLE, INCIDENT, CARD and MEASURE are there. All values are invented.
"""

from typing import Any, Final, TypeAlias

from pydantic.config import JsonDict

Json: TypeAlias = dict[str, Any]

WHISTLE: Final = "wh_0123456789abcdef0123456789abcdef"
INCIDENT: Final = "in_0123456789abcdef0123456789abcdef"
CARD: Final = "cd_0123456789abcdef0123456789abcdef"
MEASURE: Final = "sv_0123456789abcdef0123456789abcdef"
REPORT: Final = "ev_0123456789abcdef0123456789abcdef"
CONTACT: Final = "ct_0123456789abcdef0123456789abcdef"
EVIDENCE: Final = "fi_0123456789abcdef0123456789abcdef"
ATTACHMENT: Final = "at_0123456789abcdef0123456789abcdef"
_BLOWN_AT: Final = "2026-03-10T01:05:00Z"
_DUE_AT: Final = "2026-03-10T01:35:00Z"
_HREF: Final = f"/departments/me/whistles/{WHISTLE}"


def shown(*examples: Json) -> JsonDict:
    """The examples of one type, for its `model_config`."""
    return {"examples": list(examples)}


PROBLEM: Final = shown(
    {
        "code": "W101",
        "cause": "this move is not open from here; open: sign, return",
        "next_step": "choose one of them",
        "pointer": "",
    }
)
NO_TOKEN: Final = shown(
    {
        "code": "A341",
        "cause": "no token was given",
        "next_step": "check client_id, client_secret, grant_type=client_credentials and scope",
        "pointer": "",
        "error": "invalid_client",
    }
)
TOKEN: Final = shown(
    {"access_token": "gpt_7Qm1", "token_type": "Bearer", "expires_in": 600, "scope": "read write"}
)

# -- a department's whistles

ACKNOWLEDGEMENT: Final = shown({"ids": [WHISTLE]})
ACKNOWLEDGED: Final = shown({"acknowledged": 1})
FETCHED: Final = shown(
    {
        "whistles": [
            {
                "specversion": "1.0",
                "id": WHISTLE,
                "source": "/gridplus/329901",
                "type": "grid.whistle.v1",
                "subject": WHISTLE,
                "time": _BLOWN_AT,
                "datacontenttype": "application/json",
                "data": {"department": "zilai", "href": _HREF, "whistle": {"id": WHISTLE, "role": "lead"}},
            }
        ]
    }
)
OPENED: Final[Json] = {
    "incident": {"id": INCIDENT, "category": "sudden_incident.water_pipe_burst", "event_count": 20},
    "whistle": {"id": WHISTLE, "state": "blown", "version": 1, "role": "lead"},
    "reports": [{"occurred_at": "2026-03-10T01:00:00Z", "content": "门口水管爆了"}],
}
"""What is in it follows from the contract and the grants of that moment."""
_SAYS: Final = {"2026-03-10-000001": "sign", "2026-03-10-000002": "contact", "2026-03-10-000003": "arrive"}
REPORT_IN: Final = shown(
    *({"nonce": nonce, "move": move} for nonce, move in _SAYS.items()),
    {"nonce": "2026-03-10-000004", "move": "handle", "note": "现场已围挡"},
    {
        "nonce": "2026-03-10-000005",
        "move": "pause",
        "reason_code": "WAIT_MATERIAL",
        "until": "2026-03-10T11:00:00+08:00",
    },
    {"nonce": "2026-03-10-000006", "move": "resume"},
    {
        "nonce": "2026-03-10-000007",
        "move": "ask",
        "reason_code": "WAIT_MATERIAL",
        "until": "2026-03-20T18:00:00+08:00",
    },
    {
        "nonce": "2026-03-10-000008",
        "move": "result",
        "form": {"outcome": "done", "measure": "已更换管段"},
        "version": 8,
    },
    {
        "nonce": "2026-03-10-000009",
        "move": "return",
        "reason_code": "NOT_MY_DUTY",
        "note": "管段由小区物业负责，附产权证明",
    },
)
"""A whole life, and a return in its place."""
WHISTLE_STATE: Final = shown({"whistle_id": WHISTLE, "state": "signed", "version": 2, "repeated": False})
ATTACHMENTS: Final = shown(
    {
        "offered": 2,
        "attachments": [{"id": ATTACHMENT, "name": "1.jpg", "kind": "image/jpeg", "size": 182044}],
    }
)
HANDED_IN: Final = shown({"id": EVIDENCE, "digest": "0123456789abcdef0123456789abcdef"})
CONTRACTS: Final = shown(
    {
        "contracts": [
            {
                "contract_id": "zilai-v1",
                "version": 1,
                "title": "供水管网合同",
                "standing": "valid",
                "valid_from": "2026-01-01",
                "valid_to": "2026-12-31",
                "channels": ["webhook"],
                "deadlines": {"sign": {"value": 30, "unit": "urgent_minute"}},
                "level_deadlines": {},
                "returns": {
                    "max_returns": 1,
                    "within": {"value": 2, "unit": "urgent_hour"},
                    "reason_codes": ["NOT_MY_DUTY"],
                    "needs_evidence": True,
                },
                "pauses": {
                    "reason_codes": ["MATERIAL"],
                    "longest": {"value": 2, "unit": "work_day"},
                    "most": 1,
                },
                "extensions": {
                    "reason_codes": ["COMPLEX"],
                    "longest": {"value": 5, "unit": "work_day"},
                    "most": 1,
                },
                "closing": "leads",
                "form": {"type": "object", "properties": {"measure": {"type": "string"}}},
                "whistle": {"type": "object"},
                "called_off": {"type": "object"},
            }
        ]
    }
)
OWN_FIGURES: Final = shown(
    {
        "since": "2026-02-01",
        "until": "2026-03-01",
        "own": {"whistles": 42, "on_time": 0.95},
        "median": {"on_time": 0.91},
    }
)

# -- residents

CONTACT_IN: Final = shown(
    {"nonce": "2026-03-10-000001", "report": REPORT, "kind": "message", "template": "on_the_way"},
    {"nonce": "2026-03-10-000002", "report": REPORT, "kind": "message", "text": "维修人员约一小时后到场。"},
    {"nonce": "2026-03-10-000003", "report": REPORT, "kind": "call", "extension": "自来水值班室"},
)
CONTACT_STATE: Final = shown(
    {
        "id": CONTACT,
        "report": REPORT,
        "kind": "message",
        "template": "on_the_way",
        "text": "",
        "extension": "",
        "state": "sent",
        "code": "",
        "made_at": _BLOWN_AT,
        "sent_at": _BLOWN_AT,
        "account": "",
        "repeated": False,
    }
)
CONTACTS: Final = shown({"contacts": CONTACT_STATE["examples"]})

# -- cards, and what follows from them

CARDS: Final = shown(
    {
        "cards": [
            {
                "id": CARD,
                "card": "yellow",
                "whistle_id": WHISTLE,
                "step": "sign",
                "round": 0,
                "rule": "sign_late",
                "due_at": "2026-03-10T02:35:00Z",
                "issued_at": "2026-03-10T02:35:00Z",
                "state": "standing",
                "calculation": {"step": "sign", "due_at": _DUE_AT, "rule": "sign_late"},
                "words": {"zh": "黄牌：签收超时", "en": "yellow card: sign was late"},
            }
        ]
    }
)
APPEAL: Final = shown({"nonce": "2026-03-10-000010", "reason_code": "RAIN", "note": "连日暴雨，道路中断"})
CARD_STATE: Final = shown({"card_id": CARD, "state": "appealed", "repeated": False})
MEASURES: Final = shown(
    {
        "measures": [
            {
                "id": MEASURE,
                "kind": "letter",
                "whistle_id": WHISTLE,
                "why": "cards",
                "cards": [CARD],
                "opened_at": "2026-03-10T02:35:00Z",
                "due_at": "2026-03-13T16:00:00Z",
                "state": "open",
                "version": 1,
            }
        ]
    }
)
MEASURE_ANSWER: Final = shown(
    {"nonce": "2026-03-10-000011", "words": "已整改，夜间值班增至两人", "version": 1},
    {"nonce": "2026-03-10-000012", "words": "补充：整改后未再超时"},
)
MEASURE_STATE: Final = shown({"measure_id": MEASURE, "state": "answered", "version": 2, "repeated": False})

# -- posts

BLOW: Final = shown(
    {"level": "hard", "department": "yingji", "reason_code": "MANY_DEPARTMENTS"},
    {"level": "emergency"},
)
_BLOWN: Final[Json] = {
    "whistle_id": WHISTLE,
    "department": "yingji",
    "role": "assist",
    "level": "hard",
    "state": "submitted",
    "version": 1,
}
BLOWN: Final = shown(_BLOWN)
ALL_BLOWN: Final = shown({"whistles": [_BLOWN]})
REVIEW: Final = shown({"move": "approve"}, {"move": "refuse", "reason_code": "NO_NEED"})
MARKS: Final = shown({"marks": [{"whistle_id": WHISTLE, "response": 90, "resolve": 100, "satisfy": 80}]})
ALL_TAKEN: Final = shown({"marks": [{"whistle_id": WHISTLE, "state": "evaluated", "code": ""}]})

# -- the centre

RETURNS: Final = shown(
    {
        "returns": [
            {
                "whistle_id": WHISTLE,
                "incident_id": INCIDENT,
                "department": "zilai",
                "role": "lead",
                "state": "disputed",
                "version": 3,
                "returned_at": "2026-03-10T01:20:00Z",
                "reason_code": "NOT_MY_DUTY",
            }
        ]
    }
)
DECISION: Final = shown(
    {"move": "refer", "version": 3},
    {"move": "uphold", "reason_code": "NOT_THEIR_DUTY"},
    {"move": "dismiss", "reason_code": "THEIR_DUTY"},
    {"move": "resume"},
    {"move": "grant"},
    {"move": "deny", "reason_code": "TOO_LONG"},
    {"move": "rework", "reason_code": "NOT_FIXED"},
    {"move": "reopen", "reason_code": "CAME_BACK"},
    {"move": "check"},
    {"move": "archive"},
)
DESIGNATION: Final = shown({"department": "shuiwu", "reason_code": "BORDER"})
UPGRADE: Final = shown({"reason_code": "SPREADS"})
RAISED: Final = shown({"incident_id": INCIDENT, "level": "key", "version": 2})
