"""资源目录: what data there is, who holds it, and under which conditions it is shared."""
