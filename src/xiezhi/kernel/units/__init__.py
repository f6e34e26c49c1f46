"""Units of all levels, historized."""
