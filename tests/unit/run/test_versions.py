"""Another version of one plugin while the rest runs: used, taken back, compared beforehand, turned off and on."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.cli.plugin import plugin as commands
from hub.errors import FixSettings, TryLater
from hub.plugin.apart import offered
from hub.plugin.registry import Offer, Origin, Registry
from hub.plugin.shelf import Shelf
from hub.run.sources.chosen import Chosen
from hub.run.sources.shadowing import Shadow
from hub.run.sources.source import SourceWorker
from hub.store import choices
from hub.store.engine import Store
from tests.connected.patience import until
from tests.docs.blocks import ROOT
from tests.instruments import HubInHand
from tests.wheels import wheel

PLUGIN: Final = "market_supervision"
"""The pack has a source of that name: the plugin of these tests offers an adapter of it."""
DISTRIBUTION: Final = "gridplus-lamps"
LAMPS: Final = """
from pydantic import BaseModel, SecretStr

from hub import Code, Draft
from hub.plugin import AdapterEntry, Body, Page, hookimpl


class Config(BaseModel):
    key: SecretStr
    {setting}


class Lamps:
    def __init__(self, config, tools):
        pass

    def check(self):
        pass

    def read(self, cursor):
        number = int(cursor or 0) + 1
        return Page((Body(b"L%d" % number),), str(number)) if number < 4 else Page((), cursor)

    def normalise(self, body, arrival):
        number = body.content.decode()
        return [Draft(source_ref=number, category=Code("sj-2026", "SJ0102"), title="{title}", {field})]

    def close(self):
        pass


@hookimpl
def grid_adapters():
    yield AdapterEntry(name="market_supervision", title="路灯", config=Config, make=Lamps, {entry})
"""


def lamps(**changes: str) -> str:
    said = {"title": "灯不亮", "field": "", "setting": "", "entry": ""} | changes
    text = LAMPS
    for name, value in said.items():
        text = text.replace("{" + name + "}", value)
    return text


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubInHand]:
    """A hub with a source of the installed version 1.0; 2.0 lies on the shelf and says more."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "lamps.py").write_text(lamps(), "utf-8")
    monkeypatch.syspath_prepend(str(site))
    path = os.pathsep.join([str(site), str(ROOT), os.environ.get("PYTHONPATH", "")])
    monkeypatch.setenv("PYTHONPATH", path)
    import lamps as installed  # type: ignore[import-not-found]  # written above

    hub = HubInHand(tmp_path / "home")
    origin = Origin("lamps", DISTRIBUTION, "1.0", "lamps")
    hub.hub.registry = Registry([Offer(origin, tuple(installed.grid_adapters()))], [])
    hub.hub.settings.sources.update({PLUGIN: {"key": "k-invented"}})
    keep(hub, "2.0", title="路灯不亮", field='address="虚构路1号",')
    yield hub
    hub.close()


def keep(hub: HubInHand, version: str, **changes: str) -> None:
    place = hub.hub.settings.home
    made = wheel(place, DISTRIBUTION, version, {"lamps.py": lamps(**changes)}, {"lamps": "lamps"})
    Shelf(place).put(made)


def use(hub: HubInHand, version: str) -> None:
    with hub.hub.store.write() as conn:
        choices.use(conn, DISTRIBUTION, version, hub.clock.now())
    hub.clock.pause(2)


def turn(hub: HubInHand, *, is_on: bool) -> None:
    with hub.hub.store.write() as conn:
        choices.turn(conn, DISTRIBUTION, hub.clock.now(), is_on=is_on)
    hub.clock.pause(2)


def step(hub: HubInHand, worker: SourceWorker) -> None:
    """One page read, and events made of it."""
    hub.clock.pause(60)
    for _ in range(2):
        worker.step()


def read(hub: HubInHand) -> int:
    ((number,),) = hub.rows("SELECT count(*) FROM record")
    return int(number)


def titles(hub: HubInHand) -> list[str]:
    """What each record means to the adapter that works now."""
    adapter = hub.hub.adapters.now(PLUGIN)
    from hub.model import Arrival, Draft
    from hub.plugin import Body

    made = adapter.normalise(Body(b"L9"), Arrival(hub.clock.now()))
    return [one.title for one in made if isinstance(one, Draft)]


def test_another_version_goes_on_where_the_one_before_it_was(hub: HubInHand) -> None:
    worker = hub.hub.plain_source(PLUGIN)
    step(hub, worker)
    assert (1, ["灯不亮"]) == (read(hub), titles(hub))
    use(hub, "2.0")
    step(hub, worker)
    assert (2, ["路灯不亮"]) == (read(hub), titles(hub))
    use(hub, "")
    step(hub, worker)
    assert (3, ["灯不亮"]) == (read(hub), titles(hub))
    worker.close()


@pytest.mark.parametrize(
    "broken",
    [{"setting": "needed: str"}, {"entry": "interface=99"}, {"title": '" + nothing + "', "entry": "x=1"}],
)
def test_a_version_that_does_not_begin_leaves_the_old_one_at_work(
    hub: HubInHand, broken: dict[str, str]
) -> None:
    keep(hub, "3.0", **broken)
    assert ["灯不亮"] == titles(hub)
    use(hub, "3.0")
    assert ["灯不亮"] == titles(hub)


def test_a_version_that_comes_onto_the_shelf_later_is_taken_then(hub: HubInHand) -> None:
    assert ["灯不亮"] == titles(hub)
    use(hub, "4.0")
    assert ["灯不亮"] == titles(hub)
    keep(hub, "4.0", title="新版")
    assert ["灯不亮"] == titles(hub)
    hub.clock.pause(61)
    assert ["新版"] == titles(hub)


def test_a_secret_is_taken_also_while_a_version_is_not(hub: HubInHand, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("k-first", "utf-8")
    hub.hub.settings.sources.update({PLUGIN: {"key_file": str(secret)}})
    before = hub.hub.adapters.now(PLUGIN)
    use(hub, "4.0")
    assert before is hub.hub.adapters.now(PLUGIN)
    secret.write_text("k-second-one", "utf-8")
    hub.clock.pause(2)
    after = hub.hub.adapters.now(PLUGIN)
    assert before is not after
    hub.clock.pause(2)
    assert after is hub.hub.adapters.now(PLUGIN)


def test_nobody_goes_on_before_it_is_known_what_is_off(hub: HubInHand) -> None:
    """At the start many threads ask at once."""
    turn(hub, is_on=False)
    looks, goes = threading.Event(), threading.Event()

    def store() -> Store:
        looks.set()
        assert goes.wait(10)
        return hub.hub.store

    chosen = Chosen(store, hub.clock)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(chosen.of, DISTRIBUTION)
        assert looks.wait(10)
        second = pool.submit(chosen.of, DISTRIBUTION)
        done, _ = wait([second], timeout=0.2)
        goes.set()
        assert (set(), False, False) == (done, first.result().is_on, second.result().is_on)


def test_one_that_is_on_again_and_does_not_begin_waits_and_ends_no_process(hub: HubInHand) -> None:
    worker = hub.hub.plain_source(PLUGIN)
    step(hub, worker)
    turn(hub, is_on=False)
    step(hub, worker)
    use(hub, "4.0")
    turn(hub, is_on=True)
    with pytest.raises(TryLater, match="S116"):
        step(hub, worker)
    keep(hub, "4.0")
    step(hub, worker)
    assert 2 == read(hub)
    worker.close()


def test_a_version_that_is_not_here_keeps_no_other_source_from_beginning(hub: HubInHand) -> None:
    use(hub, "4.0")
    loop = hub.hub.intake(PLUGIN)
    assert loop._once() > 0
    assert (0, 1, None) == (loop.steps, loop.failures, loop.broken)
    keep(hub, "4.0")
    loop._once()
    assert (1, 1) == (loop.steps, read(hub))
    loop.stop()


def test_one_that_is_off_and_does_not_begin_is_not_made(hub: HubInHand) -> None:
    use(hub, "4.0")
    turn(hub, is_on=False)
    loop = hub.hub.intake(PLUGIN)
    loop._once()
    assert (1, 0, 0) == (loop.steps, loop.failures, read(hub))


def test_who_answers_goes_on_where_a_version_is_not_here(hub: HubInHand) -> None:
    """Casework may run on a machine that has another shelf."""
    use(hub, "4.0")
    assert hub.hub.tellable[PLUGIN]


def test_one_that_is_off_is_not_read_and_goes_on_where_it_was(hub: HubInHand) -> None:
    worker = hub.hub.plain_source(PLUGIN)
    step(hub, worker)
    turn(hub, is_on=False)
    step(hub, worker)
    assert 1 == read(hub)
    ((state,),) = hub.rows("SELECT state FROM adapter_state")
    assert "stopped" == state
    turn(hub, is_on=True)
    step(hub, worker)
    assert 2 == read(hub)
    worker.close()


def test_what_lies_on_the_shelf_is_asked_without_importing_it(hub: HubInHand) -> None:
    kept = Shelf(hub.hub.settings.home).find(DISTRIBUTION, "2.0")
    entry, module = offered(kept)[PLUGIN]
    assert ("lamps", "路灯", 1) == (module, entry.title, entry.interface)
    assert {"key"} == set(entry.config.model_fields)
    assert "k-invented" not in repr(entry.config.model_validate({"key": "k-invented"}))


def test_what_was_started_while_it_is_asked_ends_with_it(hub: HubInHand, tmp_path: Path) -> None:
    place, said = hub.hub.settings.home, tmp_path / "pid"
    text = f"import os, subprocess\none = subprocess.Popen(['sleep', '300'])\nopen({str(said)!r}, 'w').write(str(one.pid))\nos._exit(3)\n"
    made = wheel(place, "gridplus-ends", "1", {"ends.py": text}, {"ends": "ends"})
    with pytest.raises(FixSettings, match="C103"):
        offered(Shelf(place).put(made))
    pid = int(said.read_text())
    until(lambda: not is_alive(pid), "what it started ends")


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has buried yet does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] not in ("Z", "X")


def test_of_one_that_ends_while_it_is_asked_the_name_is_told(hub: HubInHand) -> None:
    place = hub.hub.settings.home
    made = wheel(place, "gridplus-ends", "1", {"ends.py": "import os; os._exit(3)\n"}, {"ends": "ends"})
    with pytest.raises(FixSettings, match="C103"):
        offered(Shelf(place).put(made))


# -- commands -------------------------------------------------------------------------------------------


@pytest.fixture
def typed(hub: HubInHand, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command of this hub; it closes what it opened no further than a command may."""
    monkeypatch.setattr("hub.cli.plugin_versions.assembled", lambda _store: nullcontext(hub.hub))

    def run(*words: str) -> Result:
        hub.clock.pause(2)
        return CliRunner().invoke(commands, list(words))

    return run


def test_a_version_is_compared_used_and_taken_back(hub: HubInHand, typed: Any) -> None:
    worker = hub.hub.plain_source(PLUGIN)
    step(hub, worker)
    worker.close()
    beside = typed("shadow", PLUGIN, "2.0", "--json")
    assert 1 == beside.exit_code
    said = orjson.loads(beside.stdout)
    assert (1, 0, {"title", "address"}) == (said["records"], said["alike"], set(said["differences"]))
    assert "灯" not in beside.output
    assert 0 == typed("shadow", PLUGIN, "installed").exit_code
    assert {"plugin": DISTRIBUTION, "used": "2.0", "state": "on", "before": "installed"} == orjson.loads(
        typed("use", PLUGIN, "2.0").stdout
    )
    assert ["路灯不亮"] == titles(hub)
    assert "installed" == orjson.loads(typed("back", PLUGIN).stdout)["used"]
    hub.clock.pause(2)
    assert ["灯不亮"] == titles(hub)
    assert "off" == orjson.loads(typed("off", PLUGIN).stdout)["state"]
    listed = orjson.loads(typed("versions", "--json").stdout)[DISTRIBUTION]
    assert {
        "installed": "1.0",
        "kept": ["2.0"],
        "used": "installed",
        "state": "off",
        "before": "2.0",
    } == listed
    assert "on" == orjson.loads(typed("on", PLUGIN).stdout)["state"]


def test_each_record_is_compared_once_however_many_there_are(
    hub: HubInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.run.sources.shadowing._AT_ONCE", 2)
    worker = hub.hub.plain_source(PLUGIN)
    for _ in range(3):
        step(hub, worker)
    mine, other = (hub.hub.adapters.beside(PLUGIN, version) for version in ("", "2.0"))
    beside = Shadow(hub.hub.store, hub.hub.vault, PLUGIN, most=10)
    beside.look(mine, other)
    beside.look(mine, other)
    assert 3 == beside.found.records == read(hub)
    ordered = [r[0] for r in hub.rows("SELECT id FROM record ORDER BY received_us, id")]
    assert ordered == beside.found.examples["title"]
    for one in (mine, other, worker):
        one.close()


def test_a_version_that_does_not_begin_is_not_used(hub: HubInHand, typed: Any) -> None:
    keep(hub, "3.0", setting="needed: str")
    refused = typed("use", PLUGIN, "3.0")
    assert isinstance(refused.exception, FixSettings)
    assert ("C101", f"sources.{PLUGIN}.needed") == (refused.exception.code, refused.exception.facts["name"])
    assert {} == hub_choices(hub)


def hub_choices(hub: HubInHand) -> dict[str, object]:
    with hub.hub.store.read() as conn:
        return dict(choices.all_(conn))


def test_there_is_nothing_to_go_back_to_before_anything_was_chosen(typed: Any) -> None:
    assert "C123" in str(typed("back", PLUGIN).exception)
