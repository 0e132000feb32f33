"""The generated AsyncAPI document fits the official schema, and says of each department what its contract says."""

from hashlib import sha256
from pathlib import Path

import jsonschema
import orjson
import pytest
from jsonschema import Draft202012Validator

from hub.api.asyncapi import document
from hub.contract.wire import HANDLE, whistle_data_schema
from hub.run.exits.wirefields import wire_fields
from hub.schema import schemas
from tests.instruments import demo_pack

FORMATS = Draft202012Validator.FORMAT_CHECKER
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


def test_every_message_has_an_example_and_each_fits_its_schema() -> None:
    for name, message in document(demo_pack(), schemas())["components"]["messages"].items():
        payload = Draft202012Validator(message["payload"], format_checker=FORMATS)
        (example,) = message["examples"]
        assert [] == [f"{name}: {one.message}" for one in payload.iter_errors(example["payload"])]


def test_a_whistles_example_shows_every_field_of_its_contract_that_is_not_masked() -> None:
    made = document(demo_pack(), schemas())["components"]["messages"]
    for contract in demo_pack().contracts:
        data = made[f"Whistle_{contract.department}"]["examples"][0]["payload"]["data"]
        shown = {f"{dataset}.{leaf}" for dataset in ("incident", "whistle") for leaf in data.get(dataset, {})}
        asked = {
            one.field
            for one in contract.fields
            if one.purpose == HANDLE and not one.mask and one.field.startswith(("incident.", "whistle."))
        }
        assert asked & wire_fields(contract, schemas()).keys() == shown


@pytest.mark.parametrize("forbidden", ["resident", "event"])
def test_no_message_schema_has_a_place_for_a_person_or_for_words(forbidden: str) -> None:
    for contract in demo_pack().contracts:
        assert forbidden not in whistle_data_schema(contract, wire_fields(contract, schemas()))["properties"]
