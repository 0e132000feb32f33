"""What people find waiting: a department its whistles, the district what is to be decided."""
