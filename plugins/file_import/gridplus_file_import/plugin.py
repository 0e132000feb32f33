"""Offers the importer to the hub."""

from collections.abc import Iterable
from pathlib import Path

from gridplus_file_import.adapter import FileImport
from gridplus_file_import.config import COLUMNS, FileImportConfig
from gridplus_file_import.simulator import FileExport
from hub.plugin import AdapterEntry, hookimpl


@hookimpl
def grid_adapters() -> Iterable[AdapterEntry]:
    """One adapter: `file_import`. Declared is what the map's names mean: headings differ from file to file."""
    yield AdapterEntry(
        name="file_import",
        title="文件导入（CSV、JSON、Excel）",
        config=FileImportConfig,
        make=FileImport,
        simulator=FileExport,
        samples=Path(__file__).parent / "samples",
        declares={f"columns.{name}": kind for name, kind in COLUMNS.items()},
        owner="数据导入组",
        cannot_tell=True,
    )
