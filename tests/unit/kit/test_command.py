"""`gridplus plugin check`: one line a check, one object, one page; and what it says of what it cannot check."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from hub.cli import main
from hub.kit import check_names


def check(*arguments: str) -> Result:
    """The command."""
    return CliRunner().invoke(main, ["plugin", "check", *arguments])


def test_it_says_what_came_of_each_check_and_which_level_is_reached() -> None:
    done = check("grid_pages")
    *lines, last = done.stdout.splitlines()
    assert 0 == done.exit_code
    assert list(check_names()) == [line.split()[2].rstrip(":") for line in lines]
    assert last.startswith(f"{len(lines)} checks in ")
    assert last.endswith("level bronze")


def test_one_object_for_machines_and_one_page_for_people(tmp_path: Path) -> None:
    done = check("grid_pages", "--only", "named", "--json", "--html", str(tmp_path / "page.html"))
    told = orjson.loads(done.stdout.splitlines()[-1])
    assert ("grid_pages", ["named"], 0) == (told["plugin"], list(told["checks"]), told["failed"])
    assert "<code>named</code>" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("sms_gateway",), "C198", id="a channel is no adapter"),
        pytest.param(("grid_pages", "--only", "nonsense"), "C197", id="no such check"),
        pytest.param(("nobody",), "C102", id="no such plugin"),
    ],
)
def test_what_cannot_be_checked_is_a_wrong_use(arguments: tuple[str, ...], code: str) -> None:
    done = check(*arguments)
    assert 2 == done.exit_code
    assert code in done.stderr
