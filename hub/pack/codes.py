"""`codes/*.csv`: what a source's code means here, by (table, code); one file a table (N23, N24)."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from hub.model import UNMAPPED
from hub.pack.reading import PackFiles
from hub.pack.taxonomy import Category

FOLDER: Final = "codes"
COLUMNS: Final = ("code", "category", "title")


@dataclass(frozen=True, slots=True)
class Coded:
    """One line of a code table. `title` is the source's own word for it."""

    code: str
    category: str
    title: str


@dataclass(frozen=True, slots=True)
class Codes:
    """All code tables. The same code may mean other things in other tables, so a table is always named."""

    tables: Mapping[str, Mapping[str, Coded]]
    """Table name → normalised code → line."""
    _codes: dict[tuple[str, str], str] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for table, lines in self.tables.items():
            for line in lines.values():
                self._codes.setdefault((table, line.category), line.code)

    def category_of(self, table: str, code: str) -> str | None:
        """The hub category of `code` in `table`; None where the table or the code is not known (N25)."""
        line = self.tables.get(table, {}).get(normalise_code(code))
        return line.category if line else None

    def code_for(self, table: str, category: str) -> str | None:
        """The first code of `table` that means `category`, as the table writes it; None without one."""
        return self._codes.get((table, category))

    def title_of(self, table: str, code: str) -> str | None:
        """The source's own word for `code`; None where it is not known."""
        line = self.tables.get(table, {}).get(normalise_code(code))
        return line.title if line else None


def normalise_code(code: str) -> str:
    """The form in which codes are compared: `1`, `01`, full-width `０１` and `01\\n` are one code (N23)."""
    plain = "".join(unicodedata.normalize("NFKC", code).split()).upper()
    odd = plain.isascii() and plain.isdigit() and len(plain) % 2 == 1
    return "0" + plain if odd else plain


def read_codes(files: PackFiles, categories: Mapping[str, Category]) -> Codes:
    """All tables of the folder, each by its file's name without `.csv`."""
    tables = {}
    for file in files.names(FOLDER, ".csv"):
        tables[PurePosixPath(file).stem] = _table(files, file, categories)
    return Codes(tables)


def _table(files: PackFiles, file: str, categories: Mapping[str, Category]) -> dict[str, Coded]:
    lines: dict[str, Coded] = {}
    first_on: dict[str, int] = {}
    for row in files.rows(file, COLUMNS):
        code = normalise_code(row["code"])
        if not code:
            row.fault("K204", name="code")
        elif code in lines:
            row.fault("K142", name=code, first=first_on[code])
        elif row["category"] not in categories or row["category"] == UNMAPPED:
            row.fault("K141", name=row["category"])
        else:
            lines[code], first_on[code] = Coded(row["code"].strip(), row["category"], row["title"]), row.line
    return lines
