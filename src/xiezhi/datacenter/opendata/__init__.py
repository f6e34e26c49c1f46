"""数据开放: data sets anybody may use."""
