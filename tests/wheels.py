"""Wheels of plugins as a build writes them, for what takes up other versions of a plugin."""

import zipfile
from collections.abc import Mapping
from pathlib import Path


def wheel(
    into: Path, name: str, version: str, files: Mapping[str, str], points: Mapping[str, str] | None = None
) -> Path:
    """`NAME-VERSION-py3-none-any.whl` in the folder `into`, with these files, and entry points of the group `gridplus`."""
    said = "".join(f"{point} = {module}\n" for point, module in (points or {}).items())
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    path = into / f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as packed:
        for where, text in files.items():
            packed.writestr(where, text)
        packed.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/entry_points.txt", f"[gridplus]\n{said}")
    return path
