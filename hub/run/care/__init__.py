"""Keeping the hub well: doctor, backup, retention, reconciling, the account of fates."""
