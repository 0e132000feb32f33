"""A page as PDF, by Chromium where it is there: without a network, a script or anything kept behind."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

_PATIENCE_S: Final = 60.0


def printed(page: bytes, program: str) -> bytes | None:
    """The PDF; None where there is no such program, or it made none. `page` is of our own making."""
    found = shutil.which(program) if program else None
    if found is None:
        return None
    with tempfile.TemporaryDirectory(prefix="gridplus-") as place:
        source, into = Path(place) / "page.html", Path(place) / "page.pdf"
        source.write_bytes(page)
        arguments = [
            found,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--no-pdf-header-footer",
            f"--user-data-dir={place}/profile",
            f"--print-to-pdf={into}",
            source.as_uri(),
        ]
        if os.geteuid() == 0:
            arguments.insert(1, "--no-sandbox")  # Chromium has none for root; the page holds no script
        try:
            subprocess.run(arguments, timeout=_PATIENCE_S, capture_output=True, check=True)
            return into.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return None
