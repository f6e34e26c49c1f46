"""数据交换: authorized interfaces, signed, masked, metered and logged."""
