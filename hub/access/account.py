"""What was shown of a record and by which right: names, masks, grants, never a value. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from hub.access.line import Line


class Result(StrEnum):
    """How a request for data ended (domain.md 5.6)."""

    ALLOW = "allow"
    MASKED = "masked"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Account:
    """`fields` as `dataset.leaf`, `masks` as (field, mask), `grants` as (id, version); all sorted."""

    fields: tuple[str, ...]
    masks: tuple[tuple[str, str], ...]
    grants: tuple[tuple[str, int], ...]
    result: Result


def account_of(lines: tuple[Line, ...]) -> Account:
    """The account of showing the fields of `lines`, each in its form."""
    masks = tuple(sorted((line.field, line.mask) for line in lines if line.mask))
    result = Result.MASKED if masks else Result.ALLOW if lines else Result.DENY
    grants = tuple(sorted({(line.grant_id, line.grant_version) for line in lines}))
    return Account(tuple(sorted(line.field for line in lines)), masks, grants, result)
