"""Reports of grid workers and entries of offices, as the hub's own pages hand them in."""
