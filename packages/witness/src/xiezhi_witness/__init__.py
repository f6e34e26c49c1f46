"""A witness after C2SP tlog-witness: its own key, its own state, no part of the platform."""

__version__ = "0.1.0"
