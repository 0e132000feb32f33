"""One file a page: its `router` and, where the menu leads to it, its `PLACE`."""
