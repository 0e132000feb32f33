"""Configurations of sources as files: one a source, as secrets are mounted; a simulator writes such a file."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hub.errors import FixSettings
from hub.settings import read


def test_each_file_is_a_source_and_what_is_said_elsewhere_wins(tmp_path: Path) -> None:
    (tmp_path / "police_grid.json").write_text('{"inbox": "/ferry"}')
    (tmp_path / "hotline_12345.json").write_text('{"url": "http://a"}')
    settings = read(sources_dir=tmp_path, sources={"hotline_12345": {"url": "http://b"}})
    assert {"police_grid": {"inbox": "/ferry"}, "hotline_12345": {"url": "http://b"}} == settings.sources


@pytest.mark.parametrize("content", ["{", '"words"', "[1]"])
def test_a_file_that_is_no_configuration_is_named_and_nothing_of_it_told(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "police_grid.json").write_text(content)
    with pytest.raises(FixSettings, match=r"police_grid\.json") as refused:
        read(sources_dir=tmp_path)
    assert ("C101", ["name"]) == (refused.value.code, list(refused.value.facts))


def test_a_simulator_writes_the_file_that_reaches_it(tmp_path: Path) -> None:
    words = [
        "plugin",
        "simulate",
        "police_grid",
        "--place",
        f"{tmp_path}/ferry",
        "--write",
        f"{tmp_path}/police_grid.json",
    ]
    (tmp_path / "police_grid.json").write_text("of the one before")
    in_background = [
        "sh",
        "-c",
        'trap "" INT; exec "$@"',
        "sh",
    ]  # as a shell starts what it does not wait for
    command = [*in_background, sys.executable, "-c", "from hub.cli import main; main()", *words]
    started = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert started.stdout
    assert started.stdout.readline()
    assert f"{tmp_path}/ferry" == read(sources_dir=tmp_path).sources["police_grid"]["inbox"]
    assert 0 == (tmp_path / "police_grid.json").stat().st_mode & 0o077
    started.send_signal(signal.SIGINT)
    assert 0 == started.wait(timeout=30)
