"""`docker-compose.yml` without an engine: by the specification's own schema, and every command line in it exists.

It was not run on an engine. What only an engine can tell (does the image build, do the volumes' owners fit) is open.
"""

import hashlib
import re
import shlex
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator

import hub.pack
from hub.run import servers
from hub.run.servers import KAFKA_VERSION
from hub.run.sources.entering import ENTRIES, REPORTS
from hub.settings import Settings
from tests.docs.blocks import ROOT
from tests.docs.test_commands import command_of

VENDOR = Path(__file__).parent / "vendor" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if one["image"].startswith("gridplus-hub")}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
_SECRET = re.compile(r"password|secret|token|(?<!_)key", re.IGNORECASE)


def test_the_schema_is_the_one_that_was_vendored() -> None:
    digest = hashlib.sha256((VENDOR / "compose-spec.json").read_bytes()).hexdigest()
    assert f"`{digest}`" in (VENDOR / "README.md").read_text("utf-8")
    assert "Apache License" in (VENDOR / "LICENSE").read_text("utf-8")


def test_the_file_is_what_the_specification_says() -> None:
    schema = orjson.loads((VENDOR / "compose-spec.json").read_bytes())
    assert [] == [
        f"{one.json_path}: {one.message}" for one in Draft202012Validator(schema).iter_errors(COMPOSE)
    ]


def test_all_that_a_hub_needs_is_there_each_worker_once_and_a_system_for_each_plugin() -> None:
    commands = [one["command"] for one in OURS.values()]
    workers = [word for words in commands if words[1] == "run" for word in words[2:]]
    from hub.crew import WORKERS

    assert sorted(WORKERS) == sorted(workers)
    simulated = {Path(words[-1]).stem: words[3] for words in commands if words[1:3] == ["plugin", "simulate"]}
    pages = set(orjson.loads(COMPOSE["x-hub"]["environment"]["GRIDPLUS_SOURCES"]))
    assert {REPORTS, ENTRIES} == pages
    sources = hub.pack.load().sources
    assert simulated == {name: sources[name].plugin for name in simulated}
    assert {one.plugin for one in sources.values()} == {
        *simulated.values(),
        *(sources[one].plugin for one in pages),
    }
    assert {"kafka", "postgresql"} == SERVICES.keys() - OURS.keys()
    assert f"apache/kafka:{KAFKA_VERSION}" == SERVICES["kafka"]["image"]


def test_the_database_is_set_as_the_local_one_is_and_as_the_page_for_operators_says() -> None:
    database = SERVICES["postgresql"]
    assert ["postgres", *(f"-c{one}" for one in servers.POSTGRESQL)] == database["command"]
    assert " ".join(servers.BYTEWISE) == database["environment"]["POSTGRES_INITDB_ARGS"]
    page = (ROOT / "docs" / "operate.md").read_text("utf-8")
    assert [] == [one for one in (*servers.POSTGRESQL, servers.BYTEWISE[0]) if f"`{one}`" not in page]


@pytest.mark.parametrize("name", OURS)
def test_each_command_line_exists_with_its_options_and_arguments(name: str) -> None:
    words = OURS[name]["command"]
    if words[0] == "python":
        compile(words[-1], name, "exec")
        return
    assert "gridplus" == words[0]
    command, rest = command_of(list(words[1:]))
    command.make_context(name, rest, resilient_parsing=False)


@pytest.mark.parametrize("name", [name for name, one in SERVICES.items() if "test" in one["healthcheck"]])
def test_each_health_check_can_be_called(name: str) -> None:
    kind, *words = SERVICES[name]["healthcheck"]["test"]
    assert kind in ("CMD", "CMD-SHELL")
    if "python" in words:
        compile(words[-1], name, "exec")
        (path,) = re.findall(r"http://127\.0\.0\.1:\d+(/\w+)", words[-1])
        assert path in orjson.loads((ROOT / "docs/reference/openapi.json").read_bytes())["paths"]
    else:
        assert shlex.split(words[0])[0].rsplit("/", 1)[-1] in (
            "kafka-broker-api-versions.sh",
            "pg_isready",
            "test",
        )


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_pinned_watched_and_nobody_is_root(name: str) -> None:
    one = SERVICES[name]
    assert re.fullmatch(r"[a-z/-]+:\d+(\.\d+)+", one["image"])
    assert one["user"].split(":")[0] not in ("0", "root", "")
    assert "journald" == one["logging"]["driver"]
    assert one["healthcheck"]
    assert all(str(port).startswith("127.0.0.1:") for port in one.get("ports", ()))


def test_volumes_and_services_that_are_named_exist() -> None:
    named = {volume.split(":")[0] for one in SERVICES.values() for volume in one.get("volumes", ())}
    assert COMPOSE["volumes"].keys() == named
    needed = {other for one in SERVICES.values() for other in one.get("depends_on", ())}
    assert set() == needed - SERVICES.keys()
    assert {"service:net"} == {one["network_mode"] for one in SERVICES.values() if "network_mode" in one}


def test_no_secret_stands_in_the_file_and_each_setting_is_one() -> None:
    settings = {f"GRIDPLUS_{name.upper()}" for name in Settings.model_fields}
    for one in SERVICES.values():
        for name, value in one.get("environment", {}).items():
            assert not name.startswith("GRIDPLUS_") or name in settings
            if _SECRET.search(name) or "://gridplus:" in value:
                assert "${" in value, name
    assert [] == [words for one in OURS.values() for words in one["command"] if _SECRET.search(words)]


def test_the_image_copies_what_is_there_and_runs_as_nobody_special() -> None:
    copied = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY")]
    assert [] == [name for names in copied for name in names if not (ROOT / name).exists()]
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.MULTILINE)
    assert "USER 10001:10001" in DOCKERFILE
    assert {"10001:10001"} == {one["user"] for one in OURS.values()}


def test_the_readme_says_that_no_engine_ran_it() -> None:
    assert "not yet run on an engine" in (ROOT / "README.md").read_text("utf-8")
