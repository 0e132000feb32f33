"""A contract's YAML into a `Contract`, or everything that is wrong with it at once.

Pure: text and the pack's names in, contract or findings out. The file's keys are the fields of
`hub.model.Contract` (domain.md 3.3) and closed; a clause's `except`, `areas` and `when` may be absent.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

import jsonschema_rs

from hub.contract.finding import Finding
from hub.contract.known import Known, fits_category
from hub.contract.marked import NO_DAY, Entry, read_yaml
from hub.model import (
    Accept,
    AreaId,
    Channel,
    Closing,
    Condition,
    Contract,
    DepartmentId,
    Duration,
    Example,
    FieldOut,
    Level,
    OnCall,
    RequestType,
    ReturnRules,
    Role,
    Unit,
    Urgency,
    WaitRules,
)

STEPS: Final = ("sign", "contact", "report_in", "arrive", "finish")
"""The steps of a whistle that may have a deadline."""
MOST_UNITS: Final = 1000
MOST_WAITS: Final = 10
CONTINUOUS: Final = frozenset({Unit.URGENT_MINUTE, Unit.URGENT_HOUR, Unit.URGENT_DAY})
"""Units that run through nights and holidays."""
ANY: Final = Known()
EXPECTATIONS: Final = ("lead", "assist", "none")
_REQUIRED: Final = (
    "department",
    "version",
    "valid",
    "title",
    "legal_basis",
    "accepts",
    "deadlines",
    "channels",
    "form",
)
_OPTIONAL: Final = (
    "level_deadlines",
    "returns",
    "pauses",
    "extensions",
    "closing",
    "on_call",
    "fields",
    "examples",
)


def parse(text: str, file: str, known: Known = ANY) -> Contract | tuple[Finding, ...]:
    """The contract that `text` holds, or its findings in order of lines; `file` is named in both."""
    root = read_yaml(text, file)
    if root.is_absent:
        return root.faults.in_order()
    contract = _contract(root, file, known)
    return root.faults.in_order() or contract


def _contract(root: Entry, file: str, known: Known) -> Contract:
    root.closed(_REQUIRED, _OPTIONAL)
    valid = root["valid"]
    valid.closed(("from",), ("to",))
    contract = Contract(
        department=DepartmentId(root["department"].among(known.departments, "K212")),
        version=root["version"].whole(1, 10_000),
        valid_from=valid["from"].day(),
        valid_to=None if valid["to"].is_absent else valid["to"].day(),
        title=root["title"].text(),
        legal_basis=root["legal_basis"].texts(),
        accepts=tuple(_accept(entry, known) for entry in root["accepts"].some()),
        deadlines=dict(_deadlines(root["deadlines"])),
        level_deadlines=dict(_level_deadlines(root["level_deadlines"])),
        channels=tuple(each.word(Channel, Channel.PULL) for each in root["channels"].some()),
        form=_form(root["form"]),
        returns=_returns(root["returns"]),
        pauses=_wait_rules(root["pauses"]),
        extensions=_wait_rules(root["extensions"]),
        closing=root["closing"].word(Closing, Closing.LEADS),
        on_call=_on_call(root["on_call"], known),
        fields=tuple(_field_out(entry, known) for entry in root["fields"].each()),
        examples=tuple(_example(entry, known) for entry in root["examples"].each()),
        file=file,
    )
    if contract.valid_to is not None and NO_DAY < contract.valid_to < contract.valid_from:
        valid["to"].faults.add(valid["to"].pointer, "K213")
    _check_clauses(contract, root)
    return contract


def _accept(entry: Entry, known: Known) -> Accept:
    entry.closed(("clause", "categories", "role"), ("except", "areas", "when", "legal_basis"))
    return Accept(
        clause=entry["clause"].text(),
        categories=tuple(_pattern(each, known) for each in entry["categories"].some()),
        except_categories=tuple(_pattern(each, known) for each in entry["except"].each()),
        areas=tuple(AreaId(each.among(known.areas, "K211")) for each in entry["areas"].each()),
        role=entry["role"].word(Role, Role.LEAD),
        when=_condition(entry["when"], known),
        legal_basis="" if entry["legal_basis"].is_absent else entry["legal_basis"].text(),
    )


def _pattern(entry: Entry, known: Known) -> str:
    if known.categories is None:
        return entry.text()
    return entry.among(known.categories, "K210", fits=partial(fits_category, categories=known.categories))


def _condition(entry: Entry, known: Known) -> Condition:
    if entry.is_absent:
        return Condition()
    entry.closed((), ("urgency", "levels", "request_types", "sources", "secret"))
    return Condition(
        urgency=entry["urgency"].words(Urgency),
        levels=entry["levels"].words(Level),
        request_types=entry["request_types"].words(RequestType),
        sources=tuple(each.among(known.sources, "K214") for each in entry["sources"].each()),
        secret=entry["secret"].flag(),
    )


def _deadlines(entry: Entry) -> Iterator[tuple[str, Duration]]:
    for step, limit in entry.items():
        if step not in STEPS:
            entry.faults.add(limit.pointer, "K203", name=step, allowed=", ".join(STEPS))
            continue
        yield step, _limit(limit)


def _level_deadlines(entry: Entry) -> Iterator[tuple[str, dict[str, Duration]]]:
    for level, limits in entry.items():
        if level not in tuple(Level):
            entry.faults.add(limits.pointer, "K203", name=level, allowed=", ".join(Level))
            continue
        yield level, dict(_deadlines(limits))


def _wait_rules(entry: Entry) -> WaitRules:
    """Without the key nothing waits; with it reasons and the longest time are told."""
    if entry.is_absent:
        return WaitRules()
    entry.closed(("reason_codes", "longest"), ("most",))
    return WaitRules(
        reason_codes=tuple(each.text() for each in entry["reason_codes"].some()),
        longest=read_duration(entry["longest"]),
        most=1 if entry["most"].is_absent else entry["most"].whole(1, MOST_WAITS),
    )


def _on_call(entry: Entry, known: Known) -> OnCall:
    """Without the key nobody is called; an emergency waits for no office hour, so `after` runs on."""
    if entry.is_absent:
        return OnCall()
    entry.closed(("channels",), ("after",))
    channels = tuple(each.among(known.channels, "K275") for each in entry["channels"].some())
    if entry["after"].is_absent:
        return OnCall(channels)
    after = read_duration(entry["after"])
    if after.unit not in CONTINUOUS:
        entry.faults.add(f"{entry.pointer}/after/unit", "K276")
    return OnCall(channels, after)


def read_duration(entry: Entry, *, least: int = 1) -> Duration:
    """`{value: 3, unit: work_day}`: whole units of one kind."""
    entry.closed(("value", "unit"))
    return Duration(entry["value"].whole(least, MOST_UNITS), entry["unit"].word(Unit, Unit.WORK_DAY))


def _limit(entry: Entry) -> Duration:
    """The same of a deadline, which may be `{value: 0, unit: work_day}`: 当日, until the end of this working day."""
    return read_duration(entry, least=0 if entry["unit"].value == Unit.WORK_DAY else 1)


def _form(entry: Entry) -> Mapping[str, object]:
    """A closed JSON Schema (2020-12) of an object, made of the file's `properties` and `required`."""
    entry.closed(("properties",), ("required",))
    properties = dict(entry["properties"].items())
    for name in entry["required"].each():
        if name.text() not in properties:
            entry.faults.add(name.pointer, "K216", name=name.text())
    form = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {name: each.value for name, each in properties.items()},
        "required": list(entry["required"].texts()),
        "additionalProperties": False,
    }
    if any(_refers(each.value) for each in properties.values()):
        # A reference would make the validator fetch it.
        entry.faults.add(entry.pointer, "K217", what="$ref")
    elif not jsonschema_rs.meta.is_valid(form):
        entry.faults.add(entry.pointer, "K217", what="properties")
    return form


def _refers(value: object) -> bool:
    if isinstance(value, dict):
        return any(str(key).startswith("$") or _refers(each) for key, each in value.items())
    return isinstance(value, list) and any(map(_refers, value))


def _returns(entry: Entry) -> ReturnRules:
    if entry.is_absent:
        return ReturnRules(max_returns=0)
    entry.closed(("max_returns", "reason_codes"), ("within", "needs_evidence"))
    return ReturnRules(
        max_returns=entry["max_returns"].whole(0, 9),
        within=None if entry["within"].is_absent else read_duration(entry["within"]),
        reason_codes=entry["reason_codes"].texts(),
        needs_evidence=entry["needs_evidence"].flag() is not False,
    )


def _field_out(entry: Entry, known: Known) -> FieldOut:
    entry.closed(("field", "purpose"), ("mask",))
    return FieldOut(
        field=entry["field"].among(known.fields, "K218"),
        purpose=entry["purpose"].text(),
        mask="" if entry["mask"].is_absent else entry["mask"].among(known.masks, "K215"),
    )


def _example(entry: Entry, known: Known) -> Example:
    entry.closed(
        ("name", "category", "area", "expect"),
        ("urgency", "level", "request_type", "source", "secret", "clause"),
    )
    return Example(
        name=entry["name"].text(),
        category=entry["category"].among(known.categories, "K210"),
        area=AreaId(entry["area"].among(known.areas, "K211")),
        urgency=entry["urgency"].word(Urgency, Urgency.ROUTINE),
        level=entry["level"].word(Level, Level.ROUTINE),
        request_type=entry["request_type"].word(RequestType, RequestType.OTHER),
        source="" if entry["source"].is_absent else entry["source"].among(known.sources, "K214"),
        secret=entry["secret"].flag() is True,
        expect=entry["expect"].among(EXPECTATIONS, "K208"),
        clause="" if entry["clause"].is_absent else entry["clause"].text(),
    )


def _check_clauses(contract: Contract, root: Entry) -> None:
    """Clause names are unique, and examples name clauses that exist."""
    names: set[str] = set()
    for clause, entry in zip(contract.accepts, root["accepts"].each(), strict=False):
        if clause.clause in names:
            root.faults.add(f"{entry.pointer}/clause", "K219", name=clause.clause)
        names.add(clause.clause)
    for example, entry in zip(contract.examples, root["examples"].each(), strict=False):
        if example.clause and example.clause not in names:
            root.faults.add(f"{entry.pointer}/clause", "K220", name=example.clause)
