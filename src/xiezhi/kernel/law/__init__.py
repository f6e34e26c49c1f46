"""The index of acts that citations resolve against."""
