"""`gridplus grants`, as security admins type it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from tests.instruments import HubInHand
from tests.unit.run.sources import pipe

ANN, BEN, CEM = ["--by", "ann"], ["--by", "ben"], ["--by", "cem"]
PHONE = "g-zilai-resident.phone-callback-20260101"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubInHand]:
    """A hub that has called 自来水; the commands find it by the environment."""
    made = HubInHand(tmp_path)
    made.tell(pipe(made, "A1"))
    made.settle()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPLUS_HOME", str(tmp_path))
    monkeypatch.setenv("GRIDPLUS_CLOCK_START", "2026-03-10T12:00:00+08:00")
    monkeypatch.setenv("GRIDPLUS_STORE", made.hub.settings.store_url)
    yield made
    made.close()


def run(*words: str, exit_code: int = 0) -> Result:
    """The command's end."""
    done = CliRunner().invoke(main, ["grants", *words])
    assert exit_code == done.exit_code, done.output
    return done


def call(*words: str) -> Any:
    """The object that it prints on its last line."""
    return orjson.loads(run(*words).stdout.splitlines()[-1])


def phone(hub: HubInHand) -> str:
    """The id of 自来水's grant of the phone."""
    return next(one.id for one in hub.hub.pack.grants if one.id.startswith(PHONE))


def proposed(*words: str) -> str:
    """The id of the only proposal that comes of it."""
    (one,) = call(*words)["proposals"]
    return str(one["proposal"])


def test_a_change_is_proposed_previewed_approved_by_two_and_shown(hub: HubInHand) -> None:
    id_ = proposed("propose", "--change", phone(hub), "--mask", "phone_3_4", "--reason", "试行", *ANN)
    assert "proposed" in run("show").stdout.splitlines()[-1]
    assert [] == call("preview", id_, *BEN, "--json")["effects"]  # nobody left a phone
    assert "1 whistles from 2026-02-08 to 2026-03-10" in run("preview", id_, *BEN).stdout
    assert "A201" in run("approve", id_, *ANN, exit_code=1).stderr
    assert "proposed" == call("approve", id_, *BEN)["state"]
    assert "in_force" == call("approve", id_, *CEM)["state"]
    (row,) = call("show", "zilai 电话", "--json")["grants"]
    assert ("phone_3_4", ["ben", "cem"], id_) == (row["mask"], row["approved_by"], row["proposal"])
    (told,) = call("show", id_, "--json")["proposals"]
    assert ["approve", "approve"] == [one["word"] for one in told["said"]]


def test_a_grant_is_proposed_from_options_and_refused_with_a_reason(hub: HubInHand) -> None:
    words = [
        *("--department", "zilai", "--field", "event.status_raw", "--purpose", "handle", "--output", "view"),
        *("--legal-basis", "本部门权责清单", "--sensitivity", "general", "--share-type", "conditional"),
        *("--from", "2026-03-10", "--to", "2026-12-31", "--review", "2026-06-30", "--reason", "核对"),
    ]
    id_ = proposed("propose", *words, *ANN)
    (told,) = call("show", id_, "--json")["proposals"]
    assert ("2026-06-30", 1) == (told["review_on"], told["needs"])
    run("refuse", id_, *BEN, exit_code=2)
    assert "refused" == call("refuse", id_, *BEN, "--reason", "超出职责")["state"]
    lacking = run("propose", *words[:4], "--reason", "核对", *ANN, exit_code=1)
    assert "A206" in lacking.stderr


def test_an_end_is_taken_back_or_approved_and_reviewed_no_more(hub: HubInHand) -> None:
    first = proposed("end", phone(hub), "--reason", "不再需要", *ANN)
    assert "withdrawn" == call("withdraw", first, *ANN)["state"]
    second = proposed("end", phone(hub), "--reason", "不再需要", *ANN)
    assert "in_force" == call("approve", second, *BEN)["state"]
    assert "" == run("show", "zilai 电话").stdout
    assert "in_force" == call("review", second, "--next", "2026-09-01", *BEN)["state"]


def test_what_is_exported_says_nothing_else_and_what_differs_is_proposed(
    hub: HubInHand, tmp_path: Path
) -> None:
    file = tmp_path / "grants.yaml"
    file.write_text(run("export").stdout, encoding="utf-8")
    assert "" == run("diff", str(file)).stdout
    assert {"proposals": []} == call("import", str(file), "--reason", "年度核对", *ANN)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[event.status_raw]", "[event.urgency_raw]"), encoding="utf-8")
    assert [
        "+ g-zhongxin-event.urgency_raw-handle-20260101",
        "- g-zhongxin-event.status_raw-handle-20260101",
    ] == run("diff", str(file), exit_code=1).stdout.splitlines()
    made = call("import", str(file), "--reason", "年度核对", *ANN)["proposals"]
    assert [("grant", 1), ("end", 1)] == [(one["action"], one["grants"]) for one in made]
