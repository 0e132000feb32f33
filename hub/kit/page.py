"""The reference page of the checks, made from them; and what goes wrong in the field, with the checks that hold it."""

from collections.abc import Mapping
from typing import Final

from hub.kit.checks import ALL
from hub.kit.outcome import Level
from hub.run.reference.page import Page, code, markdown, table

IN_THE_FIELD: Final[Mapping[str, tuple[str, ...]]] = {
    "the same report sent again": ("resend", "door-replayed"),
    "reports out of order, an update before its report": ("reordered", "order-of-revisions"),
    "changed content under the same time": ("same-time-changed", "changed"),
    "paging while data changes": ("grows-while-read", "pages-whole"),
    "an empty page": ("empty-page", "at-rest"),
    "a page or its rows twice": ("page-repeated", "goes-on"),
    "clock skew, zones, local time without daylight saving": (
        "zone",
        "any-machine",
        "clock-ahead",
        "times-in-disorder",
        "no-date",
    ),
    "unknown status and code": ("unknown-status", "unknown-code"),
    "missing and reused numbers": ("no-number", "numbers-apart"),
    "long, emoji, GB18030 and Ext-B text": ("long-text", "emoji", "gb18030-bytes", "rare-characters"),
    "mojibake, control characters, byte-order marks": ("mojibake", "control-characters", "byte-order-mark"),
    "full-width digits": ("tidy-number",),
    "tags, quotes and line breaks in words": ("markup", "lines"),
    "swapped and shifted coordinates": ("swapped-place", "place-true"),
    "coarse, missing, zero and far coordinates": ("two-decimals", "no-place", "zero-place", "far-place"),
    "a token that ends in the middle of a page": ("signed-out",),
    "429 and 5xx": ("busy", "server-error", "told-busy"),
    "half of an answer, an answer without end": ("half-an-answer", "endless-answer"),
    "a page for people with HTTP 200, a redirect": ("login-page", "redirect"),
    "a slow or silent peer, a connection that breaks": ("slow-peer", "silent-peer", "reset"),
    "back-fill of years": ("back-fill",),
    "cancelled, closed and opened again": ("cancelled", "closed-and-reopened"),
    "answers to reports that became one matter": ("told-each", "told", "told-twice", "told-every-stage"),
    "an answer that is refused, or for a report that is not there": ("told-refused", "told-nobody"),
    "forged, old and strange requests": (
        *("door-stranger", "door-forged-sender", "door-forged-body", "door-old", "door-elsewhere"),
        *("door-garbage", "door-failed-again", "door-failure-said"),
    ),
    "bodies that are too large or cut off, noise, odd and long values": (
        *("door-oversize", "large-record", "cut-off", "noise", "odd-values", "long-values", "too-deep"),
    ),
    "zip bombs and XML entities": ("archive-bomb", "entities"),
    "personal values and secrets in logs, errors, cursors and files": (
        *(
            "log-says-nothing",
            "errors-say-nothing",
            "cursor-says-nothing",
            "disk-says-nothing",
            "secrets-stay",
        ),
    ),
    "fields that nobody declared or approved": (
        "fields-declared",
        "people-declared",
        "ingress-is-a-list",
        "as-sent",
    ),
    "a column, a row or a whole view that changes without a word": (
        "schema-changes",
        "absent-row",
        "emptied-view",
    ),
    "a middle table that is written and cleared while it is read": ("half-batch", "cleared-when-taken"),
    "spreadsheets: rounded numbers, merged cells, broken ones, sent by a form or twice": (
        *("lost-digits", "merged-cells", "broken-workbook", "sent-by-form", "sent-twice"),
    ),
    "files that are half-written, damaged, replaced, continued, or none of the system's": (
        *(
            "half-written-file",
            "damaged-file",
            "replaced-file",
            "continued-file",
            "charset-of-a-file",
            "file-of-another",
        ),
    ),
    "a ferry with gaps, foreign copies, wrong counts and archives that do harm": (
        *("gap", "foreign-copy", "miscounted-file", "ferried-bomb", "path-in-archive"),
    ),
    "a lasting connection that breaks, is silent, refused, full, or taken over": (
        *("line-cut", "line-silent", "session-refused", "session-busy", "two-workers"),
    ),
    "a queue that keeps what was not acknowledged": ("acknowledged-when-stored", "stored-is-acknowledged"),
    "a device that alarms all night": ("flapping",),
    "memory over thousands of records": ("memory",),
    "threads, clients and sockets left behind": ("nothing-left", "close-twice"),
    "a stop while the system hangs": ("stops-in-time",),
    "a process killed in the middle": ("killed", "not-stored"),
}
"""What systems, networks and people do → the checks that hold an adapter to it."""

_WORDS: Final = """`gridplus plugin check NAME` runs these on an installed plugin, through its simulator; nobody who writes a plugin
writes one of them. The kit says the words, holds the wire, the clock and the door, and spoils bodies. What a system cannot carry
at all it is asked plainly first: such a check does not apply. A check that cannot be run on a plugin is left out with a sentence
in `AdapterEntry.skips`, and the report shows it.

A level is reached where no check of it, or of a level below, fails. A plugin without a simulator comes no further than bronze; so does one whose simulator cannot be played for want of a broker.
`--json` gives the report to machines, `--html FILE` writes it as one page."""


def checks_page() -> Page:
    """All checks by level, and by what they are for."""
    levels = "\n\n".join(_level(level) for level in Level)
    rows = [(what, " ".join(code(one) for one in names)) for what, names in IN_THE_FIELD.items()]
    field = table(("what happens", "checks"), rows)
    return markdown(
        "docs/reference/checks.md",
        "The conformance kit",
        _WORDS,
        levels,
        "## What happens in the field",
        field,
    )


def _level(level: Level) -> str:
    rows = [(code(one.name), one.title) for one in ALL.values() if one.level is level]
    return f"## {level.capitalize()}\n\n{table(('check', 'demands that'), rows)}"
