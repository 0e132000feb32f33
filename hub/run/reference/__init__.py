"""The reference pages of `docs/`: made from the code they describe, so that a stale page is a red build.

One module a page. A page is a function from what it shows (settings, tables, schemas, a command tree) to
text: nothing here writes a file, and what lies above this room (the HTTP application, the commands) is an
argument.
"""

from hub.run.reference.page import Page, stale

__all__ = ["Page", "stale"]
