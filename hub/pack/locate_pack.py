"""Where the pack is: the path that was given, what the wheel carries, or the checkout."""

from pathlib import Path
from typing import Final

from hub.errors import FixSettings

_HUB: Final = Path(__file__).resolve().parent.parent
MANIFEST: Final = "pack.yaml"


def locate_pack(path: Path | None = None) -> Path:
    """The root of the pack; without `path`, of the demo pack. Raises FixSettings K102 where none is."""
    if path is not None:
        candidates = [path]
    else:
        # the wheel carries contracts/ as hub/_contracts/; a checkout has it beside hub/
        candidates = [_HUB / "_contracts" / "demo", _HUB.parent / "contracts" / "demo"]
    for candidate in candidates:
        if (candidate / MANIFEST).is_file():
            return candidate.resolve()
    raise FixSettings("K102")
