"""`gridplus plugin new`, `check`, `join` and `record`, and `pack copy`: what an engineer types on the first day."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from gridplus_market_supervision.plugin import grid_adapters

from hub.cli import main
from hub.kit.subject import NAME, Subject

(MARKET,) = grid_adapters()


def typed(*words: str) -> Result:
    """The command."""
    return CliRunner().invoke(main, list(words))


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own, in which one stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("plugin", "new", "Lamps", "--transport", "rest-pull"), "C190"),
        (("plugin", "new", "lamps-1", "--transport", "rest-pull"), "C190"),
        (("plugin", "new", "lamps", "--transport", "carrier-pigeon"), "C191"),
        (("plugin", "join", "market_supervision", "--pack", ".", "--means", "0101"), "C101"),
        (("plugin", "join", "market_supervision", "--pack", "."), "C119"),
        (("plugin", "record", "nobody", "--into", "samples"), "C106"),
        (("pack", "copy", "."), "C192"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    there: Path, words: tuple[str, ...], code: str
) -> None:
    done = typed(*words)
    assert (2, True) == (done.exit_code, code in done.output)
    assert {"home"} >= {one.name for one in there.iterdir()}


def test_nothing_is_overwritten(there: Path) -> None:
    (there / "lamps").mkdir()
    done = typed("plugin", "new", "lamps", "--transport", "rest-pull")
    assert (2, True) == (done.exit_code, "C192" in done.output)


def test_a_source_joins_a_copy_of_the_pack_once(there: Path) -> None:
    assert 0 == typed("pack", "copy", "district").exit_code
    words = ("plugin", "join", "market_supervision", "--source", "second", "--pack", "district")
    done = typed(*words, "--means", "ZZ99=public_utility.rain_cover")
    assert (0, True) == (done.exit_code, "sources.yaml" in done.output), done.output
    assert "  second:\n    plugin: market_supervision\n" in (there / "district/sources.yaml").read_text(
        "utf-8"
    )
    assert "ZZ99,public_utility.rain_cover," in (there / "district/codes/sj-2026.csv").read_text("utf-8")
    assert "C193" in typed(*words).output


def test_one_check_alone_tells_its_verdict() -> None:
    done = typed("plugin", "check", "market_supervision", "--only", "named", "--json")
    assert 0 == done.exit_code
    assert "passed" == json.loads(done.stdout.splitlines()[-1])["checks"]["named"]["verdict"]


@pytest.fixture
def system(there: Path) -> Iterator[Subject]:
    """A market supervision with three letters, which the settings reach."""
    subject = Subject(MARKET, there / "desks")
    with subject.at_desk(*(subject.says(number) for number in (1, 2, 3))) as desk:
        reach = there / "reach"
        reach.mkdir()
        (reach / "market_supervision.json").write_text(json.dumps(desk.config), "utf-8")
        (there / "gridplus.toml").write_text('sources_dir = "reach"\n')
        assert desk.simulator.wait_for(lambda: desk.simulator.outstanding() == 3)  # type: ignore[attr-defined]
        yield subject


@pytest.mark.usefixtures("system")
def test_samples_are_recorded_from_a_system_without_a_value_of_anybody(there: Path) -> None:
    done = typed("plugin", "record", "market_supervision", "--into", "samples", "--most", "2")
    assert 0 == done.exit_code, done.output
    assert 2 == len(json.loads(done.stdout.splitlines()[-1])["written"])
    assert 4 == len(list((there / "samples").iterdir()))
    assert not [one for one in (there / "samples").iterdir() if NAME in one.read_text("utf-8")]
