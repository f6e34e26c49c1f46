"""The staff's desk: pages only, no records."""
