"""The fenced blocks of the documentation, as a reader meets them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    *(
        ROOT / name
        for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")
    ),
    *sorted(page for page in ROOT.glob("docs/**/*.md") if "examples" not in page.parts),
)
TUTORIAL = ROOT / "docs/tutorial.md"
"""Typed as a whole, from top to bottom, in an empty folder: tests/e2e/test_outside.py."""
_FENCE = re.compile(
    r"(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>[a-z]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `mark` is the comment right above it, `line` that of its fence, counted from 1."""

    page: Path
    line: int
    language: str
    mark: str
    text: str

    @property
    def not_run(self) -> str:
        """Why it is not run; "" for a block that is."""
        first = self.text.splitlines()[0] if self.text else ""
        return first.removeprefix("# not run: ") if first.startswith("# not run: ") else ""


def blocks(page: Path, language: str = "") -> list[Block]:
    """The blocks of a page, in one language where one is asked for, from top to bottom."""
    text = page.read_text("utf-8")
    return [
        Block(
            page,
            text.count("\n", 0, found.start("language")) + 1,
            found["language"],
            found["mark"] or "",
            found["text"],
        )
        for found in _FENCE.finditer(text)
        if language in ("", found["language"])
    ]


def marked(page: Path, mark: str) -> str:
    """The text of the one block below the comment `mark`."""
    (found,) = (
        block for kind in ("yaml", "toml", "json") for block in blocks(page, kind) if block.mark == mark
    )
    return found.text
