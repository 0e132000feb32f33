"""Precision, recall and F1 of yes-or-no decisions against the truth."""

from dataclasses import dataclass


@dataclass(slots=True)
class Score:
    """Counts of decisions: right, wrongly said, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def count(self, said: object, true: object) -> None:
        """One decision more; both by their truth value."""
        self.right += bool(said and true)
        self.wrong += bool(said and not true)
        self.missed += bool(true and not said)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Right of all said; 0 where nothing was said."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """Right of all true; 0 where nothing was right."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0

    def figures(self, name: str) -> dict[str, float]:
        """`<name>_precision`, `<name>_recall`, `<name>_f1`."""
        return {f"{name}_precision": self.precision, f"{name}_recall": self.recall, f"{name}_f1": self.f1}
