"""食安通, market supervision's food safety platform: a source of the Grid+ hub."""
