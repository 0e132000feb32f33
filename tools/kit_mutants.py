"""Whether the hostile adapters notice checks of the kit that are wrong: `python tools/kit_mutants.py`.

mutmut leaves decorated functions alone, and every check is one: so here one comparison, one word (`and`, `not`, `all`) or one
demand at a time is turned round in `hub/kit/checks`, in a copy of the trees, and the rows of that module's checks are run.
Drawn by seed; what lives is printed with its line.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHECKS: Final = Path("hub/kit/checks")
DRAWN: Final = 60
SEED: Final = 20260310
_USED: Final = ("hub", "tests", "contracts", "plugins", "pyproject.toml")
_AT_ONCE: Final = 2
_WITHIN_S: Final = 240.0
_TURNED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OTHER_WORD: Final = {"any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module of checks with one thing turned round, and the line where."""

    file: Path
    line: int
    source: str


def mutants() -> list[Mutant]:
    """All that can be made of the checks."""
    return [one for file in sorted((ROOT / CHECKS).glob("[!_]*.py")) for one in _of(file)]


def _of(file: Path) -> Iterator[Mutant]:
    text = file.read_text("utf-8")
    for at in range(sum(1 for _ in ast.walk(ast.parse(text)))):
        tree = ast.parse(text)  # a fresh one each time: what was turned round stays so
        node = list(ast.walk(tree))[at]
        if _turned(node):
            yield Mutant(file.relative_to(ROOT), getattr(node, "lineno", 0), ast.unparse(tree))


def _turned(node: ast.AST) -> bool:
    """Turns one thing of this node round; False where there is nothing."""
    match node:
        case ast.Compare():
            node.ops[0] = _TURNED[type(node.ops[0])]()
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        case ast.UnaryOp(op=ast.Not()):
            node.op = ast.UAdd()
            node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
        case ast.Call(func=ast.Name(id=name)) if name in _OTHER_WORD:
            node.func = ast.Name(_OTHER_WORD[name], ast.Load())
        case ast.Call(func=ast.Name(id="demand")):
            node.args[0] = ast.Constant(value=True)
        case _:
            return False
    return True


def lives(mutant: Mutant) -> bool:
    """Whether the rows of its module's checks, and what they import, notice nothing."""
    with TemporaryDirectory(prefix="gridplus-") as place:
        for name in _USED:
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() and name == "hub" else _linked
            copy(source, Path(place, name))
        Path(place, mutant.file).write_text(mutant.source, "utf-8")
        names = " or ".join(_names(ROOT / mutant.file))
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "tests/kit/test_hostile.py",
            "-k",
            names,
        ]
        path = os.pathsep.join([place, *map(str, sorted((ROOT / "plugins").iterdir()))])
        env = {**os.environ, "PYTHONPATH": path}
        try:
            done = subprocess.run(
                command, cwd=place, env=env, capture_output=True, check=False, timeout=_WITHIN_S
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def _linked(source: Path, target: Path) -> None:
    target.symlink_to(source)


def _names(file: Path) -> Iterator[str]:
    """The checks of a module, as its decorators name them."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="check"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def main() -> int:
    """0 where nothing lives."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--drawn", type=int, default=DRAWN, help=f"how many; {DRAWN} unless said")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    made, began = mutants(), time.monotonic()
    tried = random.Random(asked.seed).sample(made, min(asked.drawn, len(made)))  # noqa: S311 - a sample
    found: list[Mutant] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for one, alive in zip(tried, pool.map(lives, tried), strict=True):
            if alive:
                found.append(one)
                print(f"{one.file}:{one.line}", flush=True)
    killed, seconds = len(tried) - len(found), time.monotonic() - began
    print(
        f"kit: {killed} of {len(tried)} killed ({killed / len(tried):.0%}), of {len(made)} made, in {seconds:.0f} s"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
