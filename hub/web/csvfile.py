"""Tables as CSV that office software opens: with the mark that says UTF-8, and nothing that it would run."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

from fastapi import Response

_RUN: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to a spreadsheet."""


def harmless(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula; numbers stay numbers."""
    text = "" if cell is None else str(cell)
    is_number = isinstance(cell, int | float)
    return f"'{text}" if text.startswith(_RUN) and not is_number else text


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """A file called `name` to be saved; `name` in ASCII letters of ours."""
    text = StringIO()
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
