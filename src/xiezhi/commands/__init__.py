"""The commands behind `xiezhi`, one module each, imported only when called."""
