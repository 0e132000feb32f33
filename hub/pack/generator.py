"""A pack's own generator of places: a Python file beside `pack.yaml`, loaded by its path.

It is code of the pack and runs with the rights of the hub, like a plugin; a pack whose places are files
needs none. `sys.path` stays as it is.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from hub.errors import FixSettings
from hub.ids import digest_of
from hub.pack.geography import Geography

Generate = Callable[[int], Geography]
ENTRY: Final = "generate"
"""The function of the file: seed in, geography out."""


def load_generator(root: Path, file: str) -> Generate:
    """The function `generate` of `root/file`. Raises FixSettings K198 where it cannot be loaded.

    The file is imported as a package whose parts lie beside it, under a name of its own for each path, so
    it may say `from .geography import …` and two packs never share a module.
    """
    path = root / file
    name = f"_gridplus_pack_{digest_of(str(path))[:12]}"
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(root)])
    if spec is None or spec.loader is None:
        raise FixSettings("K198", name="ImportError")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        generate: Generate = getattr(module, ENTRY)
    except Exception as error:  # foreign code: whatever comes out, the pack is at fault
        del sys.modules[name]
        raise FixSettings("K198", name=type(error).__name__) from error
    return generate


def run_generator(root: Path, file: str, seed: int) -> Geography:
    """What the generator makes of `seed`. Raises FixSettings K198 where it fails."""
    generate = load_generator(root, file)
    try:
        return generate(seed)
    except Exception as error:  # foreign code again
        raise FixSettings("K198", name=type(error).__name__) from error


def sources_of(root: Path) -> Iterator[bytes]:
    """All Python below `root`, each file's path and text: what the generator's result depends on."""
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).as_posix().encode()
        yield path.read_bytes()
