"""Administration pages, divided among three administrators who check one another (platform.md 7)."""
