"""Salted commitments of what happened."""
