"""The wheels of the hub, its plugins and the client, in an environment that knows nothing of the checkout: the demo plays
there, and an engineer's first plugin comes to life.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import orjson
import pytest

from hub.run.servers import free_port
from tests.connected.patience import until
from tests.e2e.test_demo import check, play

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@dataclass
class Outside:
    """An environment, and the directory in which a user stands."""

    bin: Path
    here: Path
    typed: int = 0
    """How many commands were typed."""

    def type(self, *words: str) -> str:
        """What a command of the environment prints; fails where the command does."""
        self.typed += 1
        done = subprocess.run(
            self._command(words), cwd=self.here, env=self._env(), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    @contextmanager
    def beside(self, *words: str) -> Iterator[None]:
        """A command that runs on while the block does, as in another window; ended by Ctrl-C."""
        self.typed += 1
        with (self.here / f"{words[0]}-{self.typed}.log").open("wb") as log:
            process = subprocess.Popen(
                self._command(words),
                cwd=self.here,
                env=self._env(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)

    def _command(self, words: tuple[str, ...]) -> list[str]:
        return [str(self.bin / words[0]), *words[1:]]

    def _env(self) -> dict[str, str]:
        own = {
            name: value for name, value in os.environ.items() if not name.startswith(("GRIDPLUS", "PYTHON"))
        }
        return own | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where its commands lie."""
    place = tmp_path_factory.mktemp("outside")
    uv = shutil.which("uv", path=str(Path(sys.executable).parent))
    assert uv is not None
    wheels, python = place / "wheels", str(place / "env" / "bin" / "python")
    build = [uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", str(wheels)]
    for member in (ROOT, ROOT / "client", *sorted((ROOT / "plugins").iterdir())):
        _run(*build, str(member), cwd=place)
    _run(uv, "venv", "--python", sys.executable, str(place / "env"), cwd=place)
    install = [uv, "pip", "install", "-q", "--python", python]
    _run(*install, "--require-hashes", "-r", str(ROOT / "requirements.lock"), cwd=place)
    _run(*install, "--no-deps", *map(str, wheels.glob("*.whl")), cwd=place)
    told = _run(
        python, "-c", "import gridplus_client, hub; print(gridplus_client.__file__, hub.__file__)", cwd=place
    )
    assert 2 == told.count(str(place))
    (place / "env" / "bin" / "uv").symlink_to(uv)
    return place / "env" / "bin"


def test_the_demo_plays_and_leaves_an_installation_alone(environment: Path, tmp_path: Path) -> None:
    there = tmp_path / "installation"
    (there / "anchors").mkdir(parents=True)
    (there / "gridplus.toml").write_text(
        'home = "real"\nanchors = "anchors"\nkeys = "real.toml"\n[sources.real]\nurl = "https://real.invalid"\n'
    )
    check(play(gridplus=environment / "gridplus", env={"PYTHONPATH": ""}, cwd=there))
    assert {"anchors", "gridplus.toml"} == {one.name for one in there.rglob("*")}


def test_an_engineers_first_plugin_becomes_a_whistle_in_fifteen_commands(
    environment: Path, tmp_path: Path
) -> None:
    desk = Outside(environment, tmp_path)
    (tmp_path / "gridplus.toml").write_text('pack = "district"\nsources_dir = "reach"\n')
    (tmp_path / "reach").mkdir()

    assert " 0 failed" in desk.type("gridplus", "plugin", "new", "lamps", "--transport", "rest-pull")
    adapter = tmp_path / "lamps/gridplus_lamps/adapter.py"  # one field is called otherwise
    simulator, offer = adapter.with_name("simulator.py"), adapter.with_name("plugin.py")
    for file, old in ((adapter, 'row.text("content")'), (simulator, '"content": '), (offer, '"content": ')):
        assert old in file.read_text("utf-8")
        file.write_text(file.read_text("utf-8").replace(old, old.replace("content", "faultText")), "utf-8")
    (sample,) = adapter.parent.glob("samples/01-*.raw.json")
    sample.write_text(sample.read_text("utf-8").replace('"content"', '"faultText"'), "utf-8")
    desk.type("uv", "pip", "install", "-q", "--python", str(environment / "python"), "--no-deps", "./lamps")
    assert "lamps" in desk.type("gridplus", "plugin", "list").split()
    assert "level gold" in desk.type("gridplus", "plugin", "check", "lamps")

    desk.type("gridplus", "pack", "copy", "district")
    mapped = ("--means", "0101=public_utility.rain_cover")
    desk.type("gridplus", "plugin", "join", "lamps", "--pack", "district", *mapped)
    port = str(free_port())
    with desk.beside("gridplus", "plugin", "simulate", "lamps", "--write", "reach/lamps.json"):
        until((tmp_path / "reach/lamps.json").exists, "its system is there")
        with desk.beside("gridplus", "run", "--all", "--port", port):
            until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), "the hub is there")
            until(lambda: published(desk) > 0, "its events are there", within_s=60)
            assert "running" in desk.type("gridplus", "plugin", "states")
    assert desk.typed <= 15


def published(desk: Outside) -> int:
    """How many of its records opened a matter. Asked again and again, it counts as one command."""
    told = orjson.loads(desk.type("gridplus", "plugin", "states", "--json"))
    desk.typed -= 1
    return int(told.get("lamps", {}).get("records", {}).get("published", 0))


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.HTTPError:
        return False


def _run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
