"""12315 letters of market supervision: complaints and reports about businesses."""
