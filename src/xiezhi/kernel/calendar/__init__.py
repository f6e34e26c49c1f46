"""Days, working days and statutory terms.

`counting`, `days`, `explain`, `published` and `clock` are pure: they need neither Django nor a database.
"""
