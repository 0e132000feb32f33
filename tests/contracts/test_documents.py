"""The generated AsyncAPI document fits the official schema, and says of each department what its contract says."""

from hashlib import sha256
from pathlib import Path

import jsonschema
import orjson
import pytest

from hub.api.asyncapi import document
from hub.contract.wire import whistle_data_schema
from hub.run.wirefields import wire_fields
from hub.schema import schemas
from tests.instruments import demo_pack

VENDORED = Path(__file__).parent / "vendor" / "asyncapi" / "3.0.0.json"


def test_the_vendored_schema_is_the_one_whose_hash_stands_beside_it() -> None:
    digest = sha256(VENDORED.read_bytes()).hexdigest()
    assert digest in VENDORED.with_name("README.md").read_text(encoding="utf-8")


def test_the_asyncapi_document_is_valid() -> None:
    made = document(demo_pack(), schemas())
    jsonschema.Draft7Validator(orjson.loads(VENDORED.read_bytes())).validate(made)


def test_every_department_has_its_two_topics_and_its_own_closed_message() -> None:
    made = document(demo_pack(), schemas())
    for contract in demo_pack().contracts:
        whistle = made["components"]["messages"][f"Whistle_{contract.department}"]["payload"]
        data = whistle["properties"]["data"]
        assert data["additionalProperties"] is False
        assert data["properties"]["department"] == {"const": contract.department}
        assert made["channels"][f"reports_{contract.department}"]["address"].endswith(contract.department)


@pytest.mark.parametrize("forbidden", ["resident", "event"])
def test_no_message_schema_has_a_place_for_a_person_or_for_words(forbidden: str) -> None:
    for contract in demo_pack().contracts:
        assert forbidden not in whistle_data_schema(contract, wire_fields(contract, schemas()))["properties"]
