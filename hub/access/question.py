"""May a department ask this? Naming a field is not enough: ordering by it or counting it tells as much (N60)."""

from dataclasses import dataclass

from hub.access.line import EVERYWHERE
from hub.access.masks import FULL
from hub.access.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Fields (`dataset.leaf`) that a request wants to see, and those by which it filters, sorts, groups,
    counts or searches. `*` is a field like any other, and nobody was ever granted it."""

    select: tuple[str, ...] = ()
    compare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Denied:
    """Not to be answered at all: `fields` are those without the right, each once, sorted, for the audit."""

    fields: tuple[str, ...]


def denied(question: Question, plan: Plan) -> Denied | None:
    """None where `plan` gives all that is asked for.

    To be seen, a field needs a line of any kind. To be compared it must be given in full and for all
    records: an order by a masked phone shows the phone, a count over foreign rows shows the rows.
    """
    refused = {field for field in question.select if field not in plan.by_field}
    refused |= {field for field in question.compare if not _comparable(field, plan)}
    return Denied(tuple(sorted(refused))) if refused else None


def _comparable(field: str, plan: Plan) -> bool:
    lines = plan.by_field.get(field, ())
    return bool(lines) and all(line.mask == FULL and line.rows == EVERYWHERE for line in lines)
