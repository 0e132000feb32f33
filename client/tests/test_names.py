"""What a department may import. A name that goes away breaks somebody's software."""

import ast
from pathlib import Path

import gridplus_client
from gridplus_client import moves

HOUSE = Path(gridplus_client.__file__).parent


def test_each_public_name_exists_and_says_what_it_is() -> None:
    for name in gridplus_client.__all__:
        assert getattr(gridplus_client, name).__doc__, name


def test_moves_are_plain_words() -> None:
    named = {name.lower(): value for name, value in vars(moves).items() if name.isupper()}
    assert {"sign", "contact", "arrive", "handle", "return", "result", "pause", "resume", "ask"} == set(named)
    assert list(named) == list(named.values())


def test_the_client_needs_httpx_and_for_kafka_kafka() -> None:
    foreign = set()
    for file in HOUSE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign |= {(name.partition(".")[0], file.name == "kafka.py") for name in names}
    outside = {name for name, _ in foreign if name in {"hub", "httpx", "kafka", "pydantic", "orjson"}}
    assert {"httpx", "kafka"} == outside
    assert ("kafka", False) not in foreign
