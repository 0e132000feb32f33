"""What `declared` makes of its lists."""

import pytest

from hub.plugin.declared import declared


def test_every_path_has_the_class_whose_list_names_it() -> None:
    found = declared(
        public="status", internal="no  at", personal="person.name\n title", sensitive="person.idNo"
    )
    assert found == {
        "status": "public",
        "no": "internal",
        "at": "internal",
        "person.name": "personal",
        "title": "personal",
        "person.idNo": "sensitive",
    }


def test_a_path_in_two_lists_is_refused() -> None:
    with pytest.raises(ValueError, match="title is declared twice: internal, personal"):
        declared(internal="title", personal="title")
