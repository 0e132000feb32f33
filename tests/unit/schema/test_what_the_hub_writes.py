"""What the hub really holds and sends fits its own schema: the demo pack's nouns, and the envelope."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import orjson
import pytest

import hub.pack
from hub.intake.validate import Validator
from hub.jsonform import plain
from hub.run.ground import envelope
from hub.schema import folder

DEMO = Path(__file__).parents[3] / "contracts" / "demo"


@cache
def demo() -> hub.pack.Pack:
    return hub.pack.load(DEMO)


@pytest.mark.parametrize(
    ("name", "nouns"),
    [
        pytest.param("area", lambda: demo().areas.values(), id="areas"),
        pytest.param("organisation", lambda: demo().organisations.values(), id="organisations"),
        pytest.param("contract", lambda: demo().contracts, id="contracts"),
        pytest.param("grant", lambda: demo().grants, id="grants"),
    ],
)
def test_every_noun_of_the_demo_pack_fits(
    name: str, nouns: Callable[[], Iterable[object]], validator_of: Callable[[str], Validator]
) -> None:
    faults = {fault for noun in nouns() for fault in validator_of(name).faults(plain(noun))}
    assert set() == faults
    assert list(nouns())


def test_every_message_is_wrapped_as_the_envelope_says(validator_of: Callable[[str], Validator]) -> None:
    wrapped = envelope.wrap(
        "grid.whistle.v1",
        id_="wh_1",
        source="329901",
        subject="wh_1",
        at=datetime(2026, 3, 10, tzinfo=UTC),
        data={"state": "blown"},
    )
    assert validator_of("envelope").faults(orjson.loads(wrapped)) == ()


def test_the_schema_is_found_in_the_checkout() -> None:
    assert DEMO.parent / "schema" == folder()
