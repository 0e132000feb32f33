"""Why a decision fell as it did (invariant 9): stored with the decision, shown to people."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a decision: a stable snake_case `rule`, and its safe figures.

    `facts` hold ids, versions, metres, minutes, similarities (0–1); never a value that was sent.
    """

    rule: str
    facts: dict[str, str | int | float | bool] = field(default_factory=dict)
