"""数据归集: sources into the raw layer, exactly once per batch."""
