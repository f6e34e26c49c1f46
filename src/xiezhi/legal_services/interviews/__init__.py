"""自助问答: guided interviews from facts to an outcome with its articles."""
