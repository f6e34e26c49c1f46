"""The registry of datasets that functions declare."""
