"""A source that puts files into a directory: what of them can be named again for reconciliation."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from hub.clock import FixedClock
from hub.model import Arrival, Code, Draft
from hub.plugin import Listed, Tools
from hub.plugin.fields import Fields
from hub.plugin.transport.file_drop import FileDrop, FileDropConfig
from hub.plugin.transport.file_rows import Format, Layout

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


class Lamps(FileDrop[FileDropConfig]):
    def layout(self) -> Layout:
        return Layout(format=Format.JSONL)

    def drafts(self, row: Fields, arrival: Arrival) -> Sequence[Draft]:  # noqa: ARG002  as the interface says
        return [Draft(source_ref=row.needed_ref("no"), reported_at=row.moment("at"), category=Code("t", "1"))]


def test_numbers_are_named_once_of_rows_reported_in_that_time_or_that_do_not_say_when(tmp_path: Path) -> None:
    rows = (
        '{"no":"A1","at":"2026-03-01"}',
        '{"no":"A2","at":"2026-03-09"}',
        '{"no":"A2","at":"2026-03-09"}',
        '{"at":"2026-03-09"}',
        '{"no":"A3"}',
        "[",
    )
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    config = FileDropConfig.model_validate({"files": str(tmp_path), "whole": "renamed"})
    tools = Tools(source="lamps", clock=FixedClock(NOON), http=httpx.Client, nonce=lambda: "0" * 32)
    since = datetime(2026, 3, 8, tzinfo=UTC)
    assert list(Lamps(config, tools).reported_between(since, NOON)) == [Listed("A2"), Listed("A3")]


def test_an_xml_document_is_not_cut_without_the_name_of_its_elements() -> None:
    with pytest.raises(ValueError, match="records_at"):
        Layout(format=Format.XML, records_at="/")
