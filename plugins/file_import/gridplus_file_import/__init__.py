"""Reports from files by a column map, for the Grid+ hub."""
