"""How `gridplus whistle` is spoken to."""

import pytest

from hub.cli.whistle import blow
from hub.model import Level


@pytest.mark.parametrize("level", [one.value for one in Level])
def test_a_level_is_named_by_the_word_that_the_pack_has_for_it(level: str) -> None:
    words = ["inc_1", "--level", level, "--as", "community:329901001001", "--by", "jiedao01"]
    assert level == blow.make_context("blow", words).params["level"]
