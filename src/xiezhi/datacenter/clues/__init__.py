"""疑点核查: one person with several licenses or posts."""
