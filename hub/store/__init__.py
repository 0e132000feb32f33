"""The database: one table family a file, Core only; hot writes in one statement a batch."""
