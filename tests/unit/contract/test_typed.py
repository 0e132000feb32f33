"""Types for a department's software: every contract gives a module that is Python and says what its schema says."""

import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.contract.typed import _class, _literal, _Module, _text, module_of
from hub.contract.wire import whistle_data_schema
from hub.model import Contract
from hub.run.exits.wirefields import wire_fields
from hub.schema import schemas
from tests.instruments import demo_pack

CONTRACTS = {one.id: one for one in demo_pack().contracts}


def made(contract: Contract) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(module_of(contract, wire_fields(contract, schemas())), contract.id, "exec"), names)  # noqa: S102
    return names


@pytest.mark.parametrize("name", CONTRACTS)
def test_the_types_of_a_contract_name_its_fields_and_no_others(name: str) -> None:
    contract = CONTRACTS[name]
    types, fields = made(contract), wire_fields(contract, schemas())
    schema = whistle_data_schema(contract, fields)
    assert set(schema["properties"]) == set(types["WhistleData"].__annotations__)
    hints = get_type_hints(types["WhistleData"], types)
    assert set(schema["properties"]["incident"]["properties"]) == set(hints["incident"].__annotations__)
    assert set(contract.form["properties"]) == set(types["ResultForm"].__annotations__)  # type: ignore[call-overload]
    assert set(contract.form["required"]) == types["ResultForm"].__required_keys__  # type: ignore[call-overload]
    assert {"department", "href", "reason", "whistle"} == set(types["CalledOffData"].__annotations__)


SHAPES = [
    pytest.param({"type": "string"}, "str", id="words"),
    pytest.param({"type": ["number", "null"]}, "float | None", id="a number or nothing"),
    pytest.param({"type": "integer"}, "int", id="a whole number"),
    pytest.param(
        {"enum": ["done", 'a "quote"', 2, None]}, 'Literal["done", \'a "quote"\', 2, None]', id="one of some"
    ),
    pytest.param({"const": True}, "Literal[True]", id="one thing"),
    pytest.param({"enum": [1.5]}, "Any", id="no literal of Python"),
    pytest.param({"enum": [{"a": 1}]}, "Any", id="objects to choose from"),
    pytest.param({"type": "array", "items": {"type": "string"}}, "list[str]", id="a list"),
    pytest.param({"type": "array"}, "list[Any]", id="a list of anything"),
    pytest.param({"type": "object"}, "dict[str, Any]", id="an object of anything"),
    pytest.param(
        {"type": "object", "additionalProperties": {"type": "boolean"}},
        "dict[str, bool]",
        id="an object of one kind",
    ),
    pytest.param({"type": "object", "properties": {"a": {}}}, "X", id="an object of its own"),
    pytest.param({"anyOf": [{"type": "string"}]}, "Any", id="what a type cannot say"),
    pytest.param(True, "Any", id="a schema that takes everything"),
]


@pytest.mark.parametrize(("schema", "shown"), SHAPES)
def test_a_schema_is_shown_as_a_type(schema: object, shown: str) -> None:
    assert shown == _Module()._type("X", schema)


def test_two_objects_of_one_name_are_two_types() -> None:
    module = _Module()
    inner = {"type": "object", "properties": {"c": {"type": "string"}}}
    module.add("R", {"properties": {"a_b": inner, "aB": inner, "a-b": inner}})
    names: dict[str, Any] = {}
    exec("\n".join(["from typing import *", *module.lines()]), names)  # noqa: S102
    assert {"RAB", "RAB_", "RAB__", "R"} == {
        name for name in names if name.startswith("R") and name[1:2] in ("", "A")
    }


_VALUE = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
_SCHEMA = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "object", "array"])
            | st.lists(st.sampled_from(["string", "null"]), max_size=2),
            "enum": st.lists(_VALUE),
            "title": st.text(),
        },
    )
    | st.booleans(),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.text(), inner)}
    ),
    max_leaves=5,
)


@example({"__a": {"type": "string"}})
@example(
    {"__a": True, "class": True, "ﬁ": True, "a b": True, "处置": True, "": True, "²": {"type": "object"}}
)
@given(st.dictionaries(st.text(), _SCHEMA))
def test_whatever_stands_in_a_form_its_types_are_python(properties: dict[str, Any]) -> None:
    module = _Module()
    module.add("ResultForm", {"type": "object", "properties": properties})
    names: dict[str, Any] = {}
    exec("\n".join(["from typing import *", *module.lines()]), names)  # noqa: S102
    assert set(properties) == set(names["ResultForm"].__annotations__)


@given(st.text())
def test_a_text_comes_back_as_it_was(value: str) -> None:
    assert value == eval(_text(value))  # noqa: S307


def test_a_key_that_is_a_word_of_python_is_a_key() -> None:
    assert '"class": str' in _class("R", {"class": "str"}, {"class": {}})
    assert "Any" == _literal([])


def test_a_type_checker_takes_the_module_and_what_is_written_with_it(tmp_path: Path) -> None:
    contract = CONTRACTS["xiaofang-v1"]
    (tmp_path / "types_of_ours.py").write_text(
        module_of(contract, wire_fields(contract, schemas())), encoding="utf-8"
    )
    (tmp_path / "good.py").write_text(
        "from types_of_ours import *\n"
        "def f(data: WhistleData) -> ResultForm:\n"
        '    community: str | None = data["incident"]["community_name"]\n'
        '    return {"outcome": "done", "measure": community or "", "on_site_minutes": 3}\n',
        encoding="utf-8",
    )
    (tmp_path / "bad.py").write_text(
        'from types_of_ours import *\nx: ResultForm = {"outcome": "perhaps", "measure": 2}\n',
        encoding="utf-8",
    )
    checked = {
        name: subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), f"{name}.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        for name in ("good", "bad")
    }
    assert 0 == checked["good"].returncode, checked["good"].stdout
    assert 2 == checked["bad"].stdout.count("error:"), checked["bad"].stdout
