"""Every way out of the hub as the code has it, and where the canary search looks for it.

Lists come from the code: routes of the application, commands of the command line, topics of a pack, tables,
the members of `hub.access.exits.Exit`, lines that are logged. Each must have its row here: an exit that is
added without one fails `test_no_exit_is_unknown`, which names it.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click
from starlette.routing import BaseRoute, Route

from hub.access.exits import Exit

ROOT: Final = Path(__file__).parents[2]
NOTHING_YET: Final = "nothing leaves there yet"

EXITS: Final[Mapping[Exit, str]] = {
    Exit.TOPIC_EVENT: "topics",
    Exit.TOPIC_INCIDENT: "topics",
    Exit.TOPIC_WHISTLE: "topics",
    Exit.TOPIC_DEADLETTER: "topics",
    Exit.HTTP_WHISTLE: "answers",
    Exit.HTTP_ATTACHMENT: "answers",
    Exit.HTTP_CARD: "answers",
    Exit.HTTP_MEASURE: "answers",
    Exit.HTTP_PULL: "answers",
    Exit.HTTP_SEARCH: NOTHING_YET,
    Exit.HTTP_STREAM: NOTHING_YET,
    Exit.WEBHOOK: "webhooks",
    Exit.SUMMONS: "calls to duty phones",
    Exit.CONTACT: "words to requesters",
    Exit.WRITEBACK: "answers to sources",
    Exit.PAGE: "answers",
    Exit.MAP: "pages",
    Exit.STATISTICS: "answers",
    Exit.EXPORT: "pages, and residents' copies, which `tests/unit/run/test_requests.py` opens",
    Exit.DOSSIER: "dossiers",
    Exit.PRINT: "pages",
    Exit.CLI: "commands",
    Exit.LOG: "logs",
    Exit.METRICS: NOTHING_YET,
    Exit.ERROR: "answers",
}

ROUTES: Final = frozenset(
    {
        "GET /openapi.json",
        "POST /oauth/token",
        "GET /account",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /departments/me/contracts",
        "GET /departments/me/cards",
        "POST /departments/me/cards/{card_id}/appeal",
        "GET /departments/me/measures",
        "POST /departments/me/measures/{measure_id}/answer",
        "GET /departments/me/whistles",
        "POST /departments/me/whistles/acknowledgements",
        "GET /departments/me/whistles/{whistle_id}",
        "GET /departments/me/whistles/{whistle_id}/attachments",
        "GET /departments/me/whistles/{whistle_id}/attachments/{attachment_id}",
        "POST /departments/me/whistles/{whistle_id}/reports",
        "GET /departments/me/whistles/{whistle_id}/contacts",
        "POST /departments/me/whistles/{whistle_id}/contacts",
        "GET /centre/returns",
        "POST /centre/matters/{incident_id}/designations",
        "POST /centre/matters/{incident_id}/upgrade",
        "POST /centre/whistles/{whistle_id}/decisions",
        "POST /posts/me/marks",
        "POST /posts/me/matters/{incident_id}/whistles",
        "POST /posts/me/whistles/{whistle_id}/review",
        "POST /departments/me/whistles/{whistle_id}/evidence",
        "GET /departments/me/figures",
        "GET /in/{source}/{path:path}",
        "POST /in/{source}/{path:path}",
        "PUT /in/{source}/{path:path}",
        "DELETE /in/{source}/{path:path}",
    }
)
"""Each is asked by every department; `{…}` is filled from what the hub holds."""

SHOWN: Final[Mapping[str, Exit | str]] = {
    "GET /departments/me/contracts": "a pack's contract, and nothing of a matter",
    "GET /departments/me/cards": Exit.HTTP_CARD,
    "GET /departments/me/measures": Exit.HTTP_MEASURE,
    "GET /departments/me/whistles": Exit.HTTP_PULL,
    "GET /departments/me/whistles/{whistle_id}": Exit.HTTP_WHISTLE,
    "GET /departments/me/whistles/{whistle_id}/attachments": Exit.HTTP_ATTACHMENT,
    "GET /departments/me/whistles/{whistle_id}/attachments/{attachment_id}": Exit.HTTP_ATTACHMENT,
    "GET /departments/me/whistles/{whistle_id}/contacts": "what the department did itself",
    "GET /departments/me/figures": Exit.STATISTICS,
}
"""What a department reads → the exit under which each look is in the audit, or why none is."""

_NO_STORE: Final = "reads a pack or a plugin, and no report"
COMMANDS: Final[Mapping[str, str | Sequence[str]]] = {
    "attachment again": ["hotline_12345"],
    "attachment list": ["--json"],
    "attachment refuse": ["{attachment}", "--by", "desk", "--why", "home"],
    "attachment release": ["{attachment}", "--by", "desk", "--why", "no_people"],
    "attachment show": ["{attachment}", "--by", "desk", "--why", "look", "--into", "{shown}"],
    "audit verify": ["--json"],
    "card check": [],
    "card list": ["--state", "standing", "--state", "appealed"],
    "card review": ["{card}", "keep", "--by", "desk"],
    "card void": ["{card}", "--by", "desk"],
    "defer agree": ["{deferral}", "--by", "desk2"],
    "defer list": [],
    "defer propose": ["{incident}", "--review", "2026-04-30", "--reason", "HARD", "--by", "desk"],
    "defer review": ["{deferral}", "--by", "desk"],
    "doctor": ["--json"],
    "dossier": ["{whistle}", "--out", "{dossier}", "--by", "desk", "--json"],
    "explain": ["{event}", "--json"],
    "figures": ["--json"],
    "grants propose": ["--change", "{grant}", "--mask", "id_1_1", "--reason", "look", "--by", "desk"],
    "grants approve": ["{proposal}", "--by", "desk2"],
    "grants diff": ["{whitelist}", "--json"],
    "grants end": ["{grant}", "--reason", "look", "--by", "desk"],
    "grants export": [],
    "grants import": ["{whitelist}", "--reason", "look", "--by", "desk"],
    "grants preview": ["{proposal}", "--by", "desk", "--json"],
    "grants refuse": ["{proposal}", "--reason", "look", "--by", "desk2"],
    "grants review": ["{proposal}", "--next", "2026-06-01", "--by", "desk2"],
    "grants show": ["--json"],
    "grants withdraw": ["{proposal}", "--by", "desk"],
    "import": ["{file}", "--map", "{map}"],
    "keys issue": ["zilai"],
    "keys public": [],
    "keys rotate": [],
    "mark flags": [],
    "mark give": ["{whistle}", "--as", "centre", "--by", "desk", "--resolve", "9"],
    "mark list": ["{whistle}"],
    "mark show": ["{evidence}", "--into", "{evidence_file}", "--by", "desk", "--why", "look"],
    "mark withdraw": ["{whistle}", "--by", "desk", "--reason", "LOOKED"],
    "plugin back": "a plugin and a version",
    "plugin keep": "a plugin and a version",
    "plugin list": ["--json"],
    "plugin off": "a plugin and whether it is on",
    "plugin on": "a plugin and whether it is on",
    "plugin pause": ["hotline_12345"],
    "plugin resume": ["hotline_12345"],
    "plugin shadow": "names of fields; `tests/unit/run/test_versions.py` looks at what it says",
    "plugin states": ["--json"],
    "plugin use": "a plugin and a version",
    "plugin versions": ["--json"],
    "reconcile": ["--repair", "--json"],
    "replay": ["--code", "R106"],
    "residents agree": ["rq_0", "--by", "ann"],
    "residents carry": ["rq_0", "--by", "ann"],
    "residents confirm": ["rq_0", "1", "--reference", "XF-1-2", "--by", "ann"],
    "residents copy": "takes a passphrase; `tests/unit/run/test_requests.py` looks at its file",
    "residents enter": "takes a person; `tests/e2e/test_retention_pages.py` looks at what it says",
    "residents list": ["--json"],
    "residents refuse": ["rq_0", "--reason", "no_basis", "--by", "ann"],
    "residents show": ["rq_0"],
    "retention": ["--dry-run", "--json"],
    "review apart": ["{incident}", "{incident}", "--by", "desk"],
    "review link": ["{incident}", "{incident}", "--by", "desk"],
    "review list": ["--json"],
    "review unlink": ["{event}", "--by", "desk"],
    "review unmerge": ["{incident}", "{incident}", "--by", "desk"],
    "supervise answer": ["{measure}", "--words", "{words}", "--by", "desk"],
    "supervise close": ["{measure}", "--by", "desk"],
    "supervise list": [],
    "supervise open": ["{whistle}", "--why", "poor", "--due", "2026-03-30", "--by", "desk"],
    "whitelist unused": ["--json"],
    "whistle approve": ["{whistle}", "--as", "district:329901", "--by", "desk"],
    "whistle archive": ["{whistle}", "--by", "desk"],
    "whistle blow": ["{incident}", "--level", "emergency", "--as", "district:329901", "--by", "desk"],
    "whistle check": ["{whistle}", "--by", "desk"],
    "whistle deny": ["{whistle}", "--by", "desk", "--reason", "TOO_LONG"],
    "verify": ["{dossier}", "--key", "{public}", "--json"],
    "whistle designate": ["{incident}", "shuiwu", "--by", "desk"],
    "whistle dismiss": ["{whistle}", "--by", "desk"],
    "whistle grant": ["{whistle}", "--by", "desk"],
    "whistle list": [],
    "whistle refer": ["{whistle}", "--by", "desk"],
    "whistle refuse": ["{whistle}", "--as", "district:329901", "--by", "desk", "--reason", "NO_NEED"],
    "whistle reopen": ["{whistle}", "--by", "desk"],
    "whistle resume": ["{whistle}", "--by", "desk"],
    "whistle rework": ["{whistle}", "--by", "desk", "--reason", "NOT_FIXED"],
    "whistle upgrade": ["{incident}", "--by", "desk"],
    "whistle uphold": ["{whistle}", "--by", "desk"],
    "backup": ["{copy}", "--keys", "{copied_keys}"],
    "keys list": ["--json"],
    "broker setup": "makes accounts on a broker; its passwords are printed once",
    "accounts add": "names, roles and a first password; no resident",
    "accounts confirm": "names, roles and half a first password; no resident",
    "accounts disable": "a name",
    "accounts list": "names, roles and what waits; no resident",
    "accounts reset": "a name and a first password; no resident",
    "keys certify": "says whom a certificate speaks for",
    "keys revoke": "takes an id of a key, says how many",
    "restore": "writes into an empty place, says counts",
    "bench": "a hub of its own, of invented bodies",
    "demo": "searches itself: `canaries_leaked` of its account",
    "run": "says its workers and its address; its log lines are searched",
    "measure": "counts of public data",
    "plugin simulate": "is a source",
    "pack copy": _NO_STORE,
    "plugin check": _NO_STORE,
    "plugin join": _NO_STORE,
    "plugin new": _NO_STORE,
    "plugin record": "reads a source; `tests/unit/kit/test_recording.py` looks at what it writes",
    "contract check": _NO_STORE,
    "contract diff": _NO_STORE,
    "contract replay": ["--pack", "{pack}", "--json"],
    "department check": "a hub of its own, of invented matters",
    "department simulate": "is a department",
    "department types": _NO_STORE,
    "docs": _NO_STORE,
    "pack check": _NO_STORE,
    "pack coverage": _NO_STORE,
}
"""Command → the arguments it is called with here, or why there is nothing to search in it."""

WITHOUT_STORE: Final = frozenset({"plugin list", "keys public", "verify"})
"""Commands that look at no store, and take none."""

LOGGED: Final = frozenset(
    [
        "absent",
        "answer",
        "at",
        "by_s",
        "channel",
        "code",
        "department",
        "dropped",
        "ends",
        "error",
        "event_id",
        "events",
        "fate",
        "id",
        "incident",
        "kind",
        "known",
        "made",
        "message",
        "move",
        "moves",
        "offset",
        "owner",
        "part",
        "path",
        "pointer",
        "record",
        "seconds",
        "source",
        "steps",
        "topic",
        "version",
        "waiting",
        "whistle",
        "whistle_id",
        "whistles",
        "worker",
    ]
)
"""What a log line may carry beside its name: ids, codes, counts. Never a payload."""
SPREAD: Final[Mapping[str, str]] = {
    "retired": "counts of `hub.run.care.retiring`",
    "report_refused": "the sort of error, of our own",
}
"""Lines whose fields come from a mapping, and what stands in it."""


def routes(these: Iterable[BaseRoute]) -> Iterator[str]:
    """`METHOD /path` of every route; HEAD is GET without its body."""
    for one in these:
        included = getattr(one, "original_router", None)  # FastAPI 0.165 keeps routers as they were included
        if included is not None:
            yield from routes(included.routes)
            continue
        assert isinstance(one, Route)
        for method in sorted((one.methods or set()) - {"HEAD"}):
            yield f"{method} {one.path}"


def commands(command: click.Command, name: str = "") -> Iterator[str]:
    """Every command that does something, by the words that call it."""
    if not isinstance(command, click.Group):
        yield name
        return
    ctx = click.Context(command)
    for word in command.list_commands(ctx):
        below = command.get_command(ctx, word)
        assert below is not None
        yield from commands(below, f"{name} {word}".strip())


def used_exits() -> set[str]:
    """Names of the members of Exit that some line of the hub sends something through."""
    found = re.compile(r"\bExit\.([A-Z_]+)")
    files = (one for one in (ROOT / "hub").rglob("*.py") if one.name != "exits.py")
    return {name for one in files for name in found.findall(one.read_text("utf-8"))}


def log_lines() -> Iterator[tuple[str, str, frozenset[str]]]:
    """(where, name, fields) of every line that hub or a plugin can log; a name that is no constant is "", fields
    that are spread from a mapping are `**`."""
    for file in [*(ROOT / "hub").rglob("*.py"), *ROOT.glob("plugins/*/gridplus_*/**/*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _is_logging(node.func):
                first: Any = node.args[0] if node.args else None
                name = str(first.value) if isinstance(first, ast.Constant) else ""
                fields = frozenset(one.arg or "**" for one in node.keywords)
                yield f"{file.relative_to(ROOT)}:{node.lineno}", name, fields


def _is_logging(call: ast.expr) -> bool:
    levels = {"debug", "info", "warning", "error", "critical", "exception"}
    if not (isinstance(call, ast.Attribute) and call.attr in levels):
        return False
    of = call.value
    return (isinstance(of, ast.Name) and of.id in {"log", "logger", "logging"}) or isinstance(of, ast.Call)
