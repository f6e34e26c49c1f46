"""Xiezhi 獬豸: an open platform for justice departments."""

__version__ = "0.1.0"
