"""A topic of a department's, as far as it needs no broker."""

import pytest

from hub.errors import BadRecord, HeldRecord
from hub.model import Code, Draft, Stage
from hub.plugin import Body
from hub.plugin.transport.kafka_topic import TOMBSTONE, deleted


@pytest.mark.nasty("N11", "deleted in a topic")
def test_what_a_tombstone_deletes_is_called_off_under_its_tidied_key() -> None:
    called_off = Draft(source_ref="YJ-17", category=Code("t", ""), stage=Stage.CANCELLED, is_update=True)
    assert called_off == deleted(Body(" yj-１７ ".encode(), TOMBSTONE), "t")


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [(b"", HeldRecord, "R201"), (b"  ", HeldRecord, "R201"), (b"\xff", BadRecord, "R101")],
)
def test_a_tombstone_without_a_number_deletes_nothing(key: bytes, error: type[Exception], code: str) -> None:
    with pytest.raises(error, match=code):
        deleted(Body(key, TOMBSTONE), "t")
