"""The fictional province."""
