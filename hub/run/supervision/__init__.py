"""督办: cards, appeals, what a department is asked for and owes."""
