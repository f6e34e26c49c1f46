"""数据标准: data elements, code sets and tables, declared once."""
