"""What people of a department see of its whistles: the list, one whistle, and what presses."""
