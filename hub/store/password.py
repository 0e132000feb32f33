"""The password of the store where it lies in a file: read at each use, kept nowhere."""

from pathlib import Path

from sqlalchemy.engine import URL

from hub.errors import TryLater
from hub.settings import PASSWORD_FILE


def split_password_file(url: URL) -> tuple[URL, Path | None]:
    """The URL as the database's driver knows it, and the file of its password; None where it has none."""
    named = url.query.get(PASSWORD_FILE)
    return url.difference_update_query([PASSWORD_FILE]), Path(str(named)) if named else None


def secret_in(file: Path) -> str:
    """What stands in `file`, without white space around it. Raises TryLater C119 where it cannot be read, or is empty:
    whoever writes it anew may be in the middle of that."""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if not secret:
        raise TryLater("C119", name=str(file))
    return secret
