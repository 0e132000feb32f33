"""Police grids (警格) and non-police matters from the one-way ferry, for the Grid+ hub."""
