"""The wheels of the hub, its plugins and the client, in an environment that knows nothing of the checkout: the demo plays
there, and the tutorial is typed from top to bottom.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hub.run.servers import free_port
from tests.docs.blocks import TUTORIAL, blocks
from tests.e2e.test_demo import check, play
from tests.e2e.typed import Desk

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


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
        python,
        "-I",
        "-c",
        "import gridplus_client, hub; print(gridplus_client.__file__, hub.__file__)",
        cwd=place,
    )
    assert 2 == told.count(str(place))
    return place / "env" / "bin"


def test_the_demo_plays_and_leaves_an_installation_alone(environment: Path, tmp_path: Path) -> None:
    there = tmp_path / "installation"
    (there / "anchors").mkdir(parents=True)
    (there / "gridplus.toml").write_text(
        'home = "real"\nanchors = "anchors"\nkeys = "real.toml"\n[sources.real]\nurl = "https://real.invalid"\n'
    )
    check(play(gridplus=environment / "gridplus", env={"PYTHONPATH": ""}, cwd=there))
    assert {"anchors", "gridplus.toml"} == {one.name for one in there.rglob("*")}


def test_the_tutorial_leads_from_an_empty_folder_to_a_whistle(environment: Path, tmp_path: Path) -> None:
    port = str(free_port())
    named = (*["GRIDPLUS", "PYTHON", "PIP"],)
    env = {name: value for name, value in os.environ.items() if not name.startswith(named)} | {
        "PATH": f"{environment}{os.pathsep}{os.environ['PATH']}",
        "GRIDPLUS_PORT": port,
        "PIP_NO_INDEX": "1",  # all that it needs lies there already
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as a setting of its option, which is a no
    }
    with Desk(tmp_path, env, {"8480": port}) as desk:
        desk.follow(blocks(TUTORIAL))
    assert 0 < desk.to_first_event <= 15, desk.typed


def _run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
