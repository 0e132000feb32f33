"""The README runs as it stands, and its links lead somewhere."""

import re
from pathlib import Path

import pytest

from client.tests.standin import KEY, StandIn, W, blown, called_off

README = Path(__file__).parents[1] / "README.md"


def test_the_readme_receives_signs_and_acknowledges(
    standin: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_URL", standin.url)
    monkeypatch.setenv("GRIDPLUS_KEY", KEY)
    standin.put(blown(), called_off())
    (block,) = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(block, README.name, "exec"), names)  # noqa: S102  that is the test
    assert {W: "withdrawn"} == names["jobs"]
    assert [f"{W}:sign"] == list(standin.reports)
    assert [W, f"{W}:2"] == standin.acknowledged


def test_every_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", README.read_text("utf-8"))
    assert links
    assert [] == [link for link in links if not (README.parent / link).exists()]
