"""数据关联: which records are one person."""
