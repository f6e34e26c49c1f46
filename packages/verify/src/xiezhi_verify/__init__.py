"""Check what a transparency log says, with nothing of the platform that writes it."""

__version__ = "0.1.0"
