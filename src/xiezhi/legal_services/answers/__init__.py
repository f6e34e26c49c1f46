"""问法: a question in plain words gets the articles, cards, next steps and people to ask."""
