"""What is served beside the pages: each file by one name, and nothing else."""

import pytest

from hub.errors import Refused
from hub.web.assets import content_of


def test_a_file_is_served_by_its_name() -> None:
    assert content_of("static/base.css")


@pytest.mark.parametrize(
    "name",
    [
        "static/./base.css",
        "static/../static/base.css",
        "static//base.css",
        "static/../page.py",
        "static/base.css\0",
        "static",
        "templates/base.html",
        "",
    ],
)
def test_by_another_name_there_is_none(name: str) -> None:
    """Each name that leads to a file would be kept with a copy of it, for good."""
    with pytest.raises(Refused, match="P107"):
        content_of(name)
