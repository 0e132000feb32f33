"""Links between files of the checkout lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.blocks import PAGES, ROOT

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = set(LINK.findall(page.read_text("utf-8")))
    assert [] == sorted(link for link in links if not (page.parent / link).exists())
