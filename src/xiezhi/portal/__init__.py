"""The public's door: pages only, no records."""
