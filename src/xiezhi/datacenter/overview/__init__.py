"""数据中心: the picture of all steps, their counts and ages."""
