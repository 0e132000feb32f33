"""Bodies of earlier benches, kept in the cache directory: the simulators need not speak twice for one seed.

What was kept under other code or another pack is not found again, and taken away.
"""

from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

import hub
from hub.demo.bodies import Bodies, collect
from hub.pack.locate_pack import locate_pack
from hub.plugin import Body
from hub.plugin.registry import Registry
from hub.run.servers import cache_dir

_LATIN: Final = "latin-1"
"""Every byte is a character of its own, so that bodies of any encoding fit into JSON."""


def kept(events: int, seed: int, place: Path) -> Bodies:
    """As `bodies.collect`; from the cache where they were made before."""
    file = cache_dir() / "bodies" / f"{_state()}-{seed}-{events}.json"
    with suppress(OSError, ValueError):
        return _read(file)
    bodies = collect(events, seed, place)
    with suppress(OSError):  # a cache that cannot be written is no reason not to measure
        _write(file, bodies)
    return bodies


def _read(file: Path) -> Bodies:
    stored = orjson.loads(file.read_bytes())
    by_source = {
        source: [Body(content.encode(_LATIN), kind) for content, kind in some]
        for source, some in stored["bodies"].items()
    }
    return Bodies(by_source, stored["configs"])


def _write(file: Path, bodies: Bodies) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in file.parent.glob("*.json"):
        if not old.name.startswith(_state()):
            old.unlink(missing_ok=True)
    by_source: dict[str, Any] = {
        source: [(one.content.decode(_LATIN), one.kind) for one in some]
        for source, some in bodies.by_source.items()
    }
    part = file.with_suffix(".part")
    part.write_bytes(orjson.dumps({"bodies": by_source, "configs": dict(bodies.configs)}))
    part.replace(file)


def _state() -> str:
    """A digest of everything that bodies are made by: the hub, the plugins and the pack."""
    digest = blake2b(digest_size=8)
    for file in sorted(_made_by()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _made_by() -> Iterator[Path]:
    roots = [
        Path(hub.__file__).parent,
        *(e.samples.parent for e in Registry.load().adapters.values() if e.samples),
    ]
    yield from (file for root in roots for file in root.rglob("*.py"))
    yield from (file for file in locate_pack(None).rglob("*") if file.is_file())
