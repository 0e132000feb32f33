"""What is installed is found by entry points and by nothing else; a bad plugin spoils nobody's day."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

import hub
from hub.errors import FixSettings
from hub.messages import text_of
from hub.messages.text import Language
from hub.plugin import AdapterEntry, ChannelEntry
from hub.plugin.registry import Offer, Registry

PLUGINS = Path(__file__).parents[3] / "plugins"
Install = Callable[..., None]

GOOD = """
from pydantic import BaseModel
from hub.plugin import AdapterEntry, hookimpl

class Config(BaseModel):
    pass

@hookimpl
def grid_adapters():
    yield AdapterEntry(name="{adapter}", title="测试", config=Config, make=lambda config, tools: None{more})
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Lays a distribution on disk as an installer would; only these are seen by `found`."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made: list[str] = []

    def lay(module: str, text: str, *, distribution: str = "", entry: str = "") -> None:
        name = distribution or module
        made.append(module)
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        with (info / "entry_points.txt").open("a") as file:
            section = "" if file.tell() else "[gridplus]\n"
            file.write(f"{section}{entry or module} = {module}\n")

    yield lay
    for module in made:
        sys.modules.pop(module, None)


@pytest.fixture
def found(tmp_path: Path) -> Callable[[], list[EntryPoint]]:
    """The entry points of what was laid there."""
    from importlib.metadata import distributions

    def look() -> list[EntryPoint]:
        return [
            point
            for one in distributions(path=[str(tmp_path)])
            for point in one.entry_points
            if point.group == "gridplus"
        ]

    return look


def good(adapter: str, more: str = "") -> str:
    return GOOD.format(adapter=adapter, more=more)


Found = Callable[[], list[EntryPoint]]


def test_an_entry_point_is_all_that_a_plugin_needs(install: Install, found: Found) -> None:
    install("outsider", good("outside_source"), distribution="somebodys-plugin")
    registry = Registry.load(found())
    assert list(registry.adapters) == ["outside_source"]
    assert registry.entry("outside_source").name == "outside_source"
    (offer,) = registry.offers
    assert (
        offer.origin.name,
        offer.origin.distribution,
        offer.origin.version,
    ) == ("outsider", "somebodys-plugin", "1.0")


def test_without_entry_points_there_is_no_adapter_at_all() -> None:
    registry = Registry.load([])
    assert dict(registry.adapters) == {}
    with pytest.raises(FixSettings, match="C102"):
        registry.entry("hotline_12345")


@pytest.mark.parametrize(
    ("interface", "taken"),
    [
        pytest.param(2, False, id="older than the oldest"),
        pytest.param(3, True, id="the oldest"),
        pytest.param(4, True, id="the hub's own"),
        pytest.param(5, False, id="newer than the hub's own"),
    ],
)
def test_a_hub_runs_what_was_built_for_its_oldest_interface_or_newer(
    interface: int, taken: bool, install: Install, found: Found
) -> None:
    install("outsider", good("lamps", f", interface={interface}"))
    registry = Registry.load(found(), spoken=range(3, 5))
    assert taken == ("lamps" in registry.adapters)
    for refusal in registry.refusals:
        told = text_of(refusal.error, Language.EN)
        assert f"plugin outsider was built for interface {interface}, the hub runs 3 to 4" == told.cause
        assert "below 3: install a newer version of the plugin; above 4: upgrade the hub" == told.next_step


def test_a_plugin_that_says_nothing_was_built_for_the_first_interface() -> None:
    """Also when the hub speaks a later one: who wrote it could not know."""
    assert {1} == {
        next(one.default for one in fields(kind) if one.name == "interface")
        for kind in (AdapterEntry, ChannelEntry)
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("raise RuntimeError('13800000000')", "C103", id="raises when it is imported"),
        pytest.param("import no_such_module_anywhere", "C103", id="lacks what it needs"),
        pytest.param("def grid_adapters(: pass", "C103", id="is no Python"),
        pytest.param("raise SystemExit(3)", "C103", id="wants to end the hub"),
        pytest.param(
            "from hub.plugin import hookimpl\n@hookimpl\ndef grid_adapters():\n    raise KeyError('13800000000')",
            "C103",
            id="raises when it is asked",
        ),
        pytest.param(
            "from hub.plugin import hookimpl\n@hookimpl\ndef grid_adapters():\n    yield 1 / 0",
            "C103",
            id="raises while it is answering",
        ),
        pytest.param(
            "from hub.plugin import hookimpl\n@hookimpl\ndef grid_adapters(hub):\n    return []",
            "C103",
            id="wants an argument that the hook does not give",
        ),
        pytest.param(
            "from hub.plugin import hookimpl\n@hookimpl\ndef grid_adaptors():\n    return []",
            "C103",
            id="implements a hook that does not exist",
        ),
        pytest.param("x = 1", "C112", id="offers nothing"),
        pytest.param(
            "from hub.plugin import hookimpl\n@hookimpl\ndef grid_adapters():\n    return ['hotline']",
            "C112",
            id="offers something else",
        ),
        pytest.param(good("newer", ", interface=2"), "C111", id="speaks a newer interface"),
        pytest.param(good("older", ", interface=0"), "C111", id="speaks an interface of before the first"),
    ],
)
def test_a_bad_plugin_is_refused_with_a_reason_and_the_others_load(
    text: str, code: str, install: Install, found: Found
) -> None:
    install("a_before", good("first"))
    install("m_bad", text)
    install("z_behind", good("last"))
    registry = Registry.load(found())
    assert {"first", "last"} == set(registry.adapters)
    (refusal,) = registry.refusals
    assert ("m_bad", code) == (refusal.origin.name, refusal.error.code)
    assert "13800000000" not in f"{refusal}{refusal.error}{refusal.error.facts}"
    with pytest.raises(FixSettings, match=code):
        registry.entry("m_bad")


def test_of_two_that_offer_the_same_adapter_the_first_by_distribution_holds(
    install: Install, found: Found
) -> None:
    install("zeta", good("hotline"), distribution="a-distribution")
    install("alpha", good("hotline"), distribution="b-distribution")
    registry = Registry.load(found())
    assert [offer.origin.name for offer in registry.offers] == ["zeta"]
    (refusal,) = registry.refusals
    assert (
        refusal.origin.name,
        refusal.error.code,
        refusal.error.facts["other"],
    ) == ("alpha", "C113", "zeta")


def test_a_plugin_that_offers_one_name_twice_is_refused(install: Install, found: Found) -> None:
    install("twice", good("same") + good("same").split("class Config")[0] + _second_hook("same"))
    registry = Registry.load(found())
    assert registry.offers == ()
    assert [refusal.error.code for refusal in registry.refusals] == ["C113"]


def _second_hook(adapter: str) -> str:
    return (
        "@hookimpl\ndef grid_adapters():\n"
        f"    one = AdapterEntry(name='{adapter}', title='x', config=Config, make=lambda c, t: None)\n"
        "    return [one, one]\n"
    )


def test_the_order_of_installation_decides_nothing(install: Install, found: Found) -> None:
    for name in ("c_plugin", "a_plugin", "b_plugin"):
        install(name, good(name))
    names = [offer.origin.name for offer in Registry.load(reversed(found())).offers]
    assert names == ["a_plugin", "b_plugin", "c_plugin"]


def test_nothing_but_entry_points_ties_plugins_to_the_hub() -> None:
    """No file of the hub so much as names a plugin's package, so none can be imported, also not by a name
    put together at run time from one."""
    packages = {point.value.partition(".")[0] for point in entry_points(group="gridplus")}
    packages |= {path.name for path in PLUGINS.glob("*/gridplus_*")}
    for file in Path(hub.__file__).parent.rglob("*.py"):
        text = file.read_text("utf-8")
        assert [name for name in packages if name in text] == [], file


def test_the_plugins_that_are_installed_here_load() -> None:
    registry = Registry.load()
    assert registry.refusals == ()
    assert all(isinstance(offer, Offer) and (offer.entries or offer.channels) for offer in registry.offers)


CHANNEL = """
from pydantic import BaseModel
from hub.plugin import ChannelEntry, hookimpl

class Config(BaseModel):
    pass

@hookimpl
def grid_channels():
    yield ChannelEntry(name="{channel}", title="测试", config=Config, make=lambda config, tools: None{more})
"""


def test_a_channel_comes_by_the_same_door_as_an_adapter(install: Install, found: Found) -> None:
    install("pager", CHANNEL.format(channel="pager_gateway", more=""))
    registry = Registry.load(found())
    assert (["pager_gateway"], []) == (list(registry.channels), list(registry.adapters))
    assert "pager_gateway" == registry.channel("pager_gateway").name
    with pytest.raises(FixSettings, match="C102"):
        registry.channel("nowhere")


def test_a_bad_channel_is_refused_and_the_others_load(install: Install, found: Found) -> None:
    install("good", CHANNEL.format(channel="pager", more=""))
    install("newer", CHANNEL.format(channel="fax", more=", interface=2"))
    install("raising", CHANNEL.format(channel="telex", more="") + "    raise KeyError('0001')\n")
    install("twin", CHANNEL.format(channel="pager", more=""))
    install("wrong", good("lamp").replace("grid_adapters", "grid_channels"))
    registry = Registry.load(found())
    assert ["pager"] == list(registry.channels)
    refused = {one.origin.name: one.error.code for one in registry.refusals}
    assert {"newer": "C111", "raising": "C103", "twin": "C113", "wrong": "C112"} == refused
    with pytest.raises(FixSettings, match="C103"):
        registry.channel("raising")


def test_an_adapter_and_a_channel_may_not_share_a_name(install: Install, found: Found) -> None:
    install("one", good("same"))
    install("two", CHANNEL.format(channel="same", more=""))
    registry = Registry.load(found())
    assert (["same"], {}) == (list(registry.adapters), dict(registry.channels))
    assert ["C113"] == [one.error.code for one in registry.refusals]
