"""The frozen plugins bring tests of their own; those run where the plugins are written, not here."""

collect_ignore_glob = ["v*"]
