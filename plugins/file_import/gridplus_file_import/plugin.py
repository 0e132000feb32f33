"""Offers the importer to the hub."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from gridplus_file_import.adapter import FileImport
from gridplus_file_import.config import ColumnMap, FileImportConfig
from gridplus_file_import.simulator import FileExport
from hub.plugin import AdapterEntry, hookimpl

_PERSONAL: Final = frozenset(
    {
        *("title", "content", "address", "accused_name"),
        *("requester_name", "requester_phone", "requester_address"),
    }
)
DECLARES: Final = {
    f"columns.{name}": "sensitive"
    if name == "requester_id_number"
    else "personal"
    if name in _PERSONAL
    else "internal"
    for name in ColumnMap.model_fields
}
"""By the map's names: headings differ from file to file. Free text counts as personal (N31)."""


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `file_import`."""
    yield AdapterEntry(
        name="file_import",
        title="文件导入（CSV、JSON、Excel）",
        config=FileImportConfig,
        make=FileImport,
        simulator=FileExport,
        samples=Path(__file__).parent / "samples",
        declares=DECLARES,
        skips={
            "secrets-marked": "columns.secret names the column that says who asks for secrecy: it is no secret"
        },
        owner="数据导入组",
        cannot_tell=True,
    )
