"""数据治理: rules, refused rows, tickets, scores, lineage."""
