"""Hubs that are thrown away, beside an installation: they write and read nothing of what it is told."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import hub
from hub.demo.stage import Play, Stage
from hub.run.sources.entering import ENTRIES, REPORTS
from hub.settings import Settings, apart, read

HUB = Path(hub.__file__).parent
INSTALLED = """
anchors = "anchors"
keys = "real.toml"
sources_dir = "sources"
kafka_plaintext_ok = true
kafka_prefix = "real."
[sources.police_grid]
inbox = "/ferry"
[webhooks.sifa]
url = "https://real.invalid/whistles"
secret = "s"
[channels.sms]
url = "https://real.invalid/sms"
[api_keys]
sifa = "k"
"""
TOLD = ("anchors", "keys", "sources_dir", "sources", "webhooks", "channels", "api_keys", "kafka_prefix")
"""What an installation is told that a hub beside it must not go by."""
SPOKEN = ("kafka_plaintext_ok", "kafka_replication")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of an installation, where commands are given."""
    (tmp_path / "gridplus.toml").write_text(INSTALLED, encoding="utf-8")
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "hotline_12345.json").write_text('{"url": "https://real.invalid"}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_KAFKA_REPLICATION", "3")
    return tmp_path


def of_a_demo(bus: str) -> Settings:
    """Of a demo that has no departments on a webhook."""
    play = Play(length=timedelta(minutes=1), matters=1, speed=60.0, seed=1)
    stage = Stage(play, home=Path("demo"), store="", bus=bus, port=0, started=0.0)
    stage._listeners, stage._hooks = {}, {}
    return stage._settings({}, {}, {})


def test_an_installation_goes_by_all_of_it(installed: Path) -> None:
    settings = read()
    assert Path("anchors") == settings.anchors
    assert {"hotline_12345", "police_grid"} == set(settings.sources)
    assert (3, True) == (settings.kafka_replication, settings.kafka_plaintext_ok)


def test_a_hub_beside_it_goes_by_nothing_of_it(installed: Path) -> None:
    nothing = {name: Settings.model_fields[name].get_default(call_default_factory=True) for name in TOLD}
    own: dict[str, Any] = {"sources": {REPORTS: {}, ENTRIES: {}}}  # our own pages
    for settings, made in (
        (apart(), {}),
        (of_a_demo("embedded"), own),
        (of_a_demo("kafka://broker:9092"), own),
    ):
        assert nothing | made == {name: getattr(settings, name) for name in TOLD}


def test_no_other_hub_of_a_demo_a_bench_a_rehearsal_or_a_measurement_asks_the_installation() -> None:
    rooms = [HUB / "demo", HUB / "rehearsal", HUB / "run" / "measure"]
    asking = re.compile(r"^from hub\.settings import .*\bread\b", re.MULTILINE)
    files = [file for room in rooms for file in room.rglob("*.py")]
    assert [HUB / "demo" / "stage.py"] == [one for one in files if asking.search(one.read_text("utf-8"))]


def test_a_demo_speaks_to_the_broker_that_it_is_given_as_the_machine_does(installed: Path) -> None:
    for bus, spoken in (("embedded", (False, 1)), ("kafka://broker:9092", (True, 3))):
        settings = of_a_demo(bus)
        assert spoken == tuple(getattr(settings, name) for name in SPOKEN)
