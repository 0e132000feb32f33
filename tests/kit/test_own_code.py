"""What is counted as a plugin's own code."""

from pathlib import Path

from hub.kit.own_code import code_lines, own_lines, protocols


def test_comments_blanks_and_docstrings_are_no_code() -> None:
    said = '"""What it is."""\n\n# why\nA = 1  # here\n"""What A is."""\n\n\ndef f():\n    """So."""\n    return (\n        A\n    )\n'
    assert code_lines(said) == 5


def test_a_text_that_is_used_is_code() -> None:
    assert code_lines('A = """one\n\ntwo"""\n') == 3


def test_the_simulator_and_what_lies_deeper_are_not_counted(tmp_path: Path) -> None:
    for name in (
        "adapter.py",
        "simulator.py",
        "wire9/__init__.py",
        "wire9/frame.py",
        "simulator/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("A = 1\n", "utf-8")
    assert own_lines(tmp_path) == 1
    assert protocols(tmp_path) == {"wire9"}
