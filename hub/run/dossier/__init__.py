"""一哨一档: filed, anchored, exported, verified, printed."""
