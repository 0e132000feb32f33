"""Deliberate faults: each is made in a scratch copy of the tree, where its test must go red.

`python -m tests.drills.faults` prints fault → test → red; it exits 1 where one stays green. A test that is red
without any fault would prove nothing, so all of them run once before.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
REPOSITORY: Final = HERE.parents[1]
AT_ONCE: Final = 2
_COPIED: Final = ("hub", "contracts", "plugins", "tests", "pyproject.toml")
_WITHIN_S: Final = 300.0
_RED: Final = 1
"""What pytest ends with where tests failed; anything else is a test that could not run."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`old` in `file` becomes `new`; `test` is the one that must find it."""

    name: str
    file: str
    old: str
    new: str
    test: str

    def make(self, tree: Path) -> None:
        """Breaks the code in `tree`; fails where the code is no longer what the fault speaks of."""
        file = tree / self.file
        text = file.read_text()
        assert 1 == text.count(self.old), f"{self.name}: {self.file} has changed"
        file.write_text(text.replace(self.old, self.new))


def faults() -> list[Fault]:
    """All of them, as `faults.toml` lists them."""
    return [Fault(**one) for one in tomllib.loads((HERE / "faults.toml").read_text())["fault"]]


@contextmanager
def scratch() -> Iterator[Path]:
    """A copy of what tests need, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridplus-fault-") as place:
        tree = Path(place)
        for name in _COPIED:
            source = REPOSITORY / name
            if source.is_dir():
                shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, tree / name)
        yield tree


def run(tree: Path, *tests: str) -> int:
    """How pytest ends with `tests`, on the code of `tree`."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-m",
        "not connected",
        *tests,
    ]
    done = subprocess.run(
        command, cwd=tree, env=_environment(tree), capture_output=True, check=False, timeout=_WITHIN_S
    )
    return done.returncode


def _environment(tree: Path) -> Mapping[str, str]:
    """The tree's own code before any that is installed."""
    path = os.pathsep.join(map(str, [tree, *sorted((tree / "plugins").iterdir())]))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def found(fault: Fault) -> bool:
    """Whether the fault's test goes red."""
    with scratch() as tree:
        fault.make(tree)
        return run(tree, fault.test) == _RED


def main() -> int:
    """0 where every fault is found."""
    listed = faults()
    with scratch() as tree:
        if run(tree, *{one.test for one in listed}):
            print("without a fault, not all of these tests are green: mend them first")
            return 1
    with ThreadPoolExecutor(AT_ONCE) as pool:
        red = list(pool.map(found, listed))
    for one, is_red in zip(listed, red, strict=True):
        print(f"{one.name} → {one.test} → {'red' if is_red else 'GREEN(!)'}")
    print(f"faults {len(listed)}, found {sum(red)}")
    return 0 if all(red) else 1


if __name__ == "__main__":
    sys.exit(main())
