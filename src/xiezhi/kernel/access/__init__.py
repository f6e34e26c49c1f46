"""Accounts, roles, reach, purposes and the reading log."""
