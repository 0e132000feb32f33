"""The list of deliberate faults speaks of the code as it is, and its page of the list. `make faults` runs it."""

from pathlib import Path

import pytest

from tests.drills.faults import HERE, REPOSITORY, Fault, faults, run, scratch


@pytest.mark.parametrize("fault", faults(), ids=lambda one: str(one.name))
def test_a_fault_can_be_made_and_its_test_exists(fault: Fault) -> None:
    assert 1 == (REPOSITORY / fault.file).read_text().count(fault.old)
    file, _, name = fault.test.partition("::")
    assert f"def {name}(" in (REPOSITORY / file).read_text()


def test_the_page_names_every_fault_with_its_test() -> None:
    _, _, chapter = (HERE / "README.md").read_text().partition("## Deliberate faults")
    _, *rows = (line for line in chapter.splitlines() if line.startswith("| "))
    told = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]
    listed = [(one.name, one.file, one.test.rpartition("::")[2]) for one in faults()]
    assert listed == told


def test_a_fault_that_has_no_place_in_the_code_any_more_is_told(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("now = 1\n")
    with pytest.raises(AssertionError, match="has changed"):
        Fault("a fault", "code.py", "then = 1", "then = 2", "test").make(tmp_path)


@pytest.mark.drill
def test_a_red_test_is_told_from_a_green_one_and_from_one_that_cannot_run() -> None:
    green = "tests/unit/store/test_leases.py::test_leases_of_other_names_are_free"
    with scratch() as tree:
        assert 0 == run(tree, green)
        assert 4 == run(tree, "tests/unit/store/test_leases.py::test_that_is_not_there")
