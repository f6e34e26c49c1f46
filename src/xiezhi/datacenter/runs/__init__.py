"""作业: every step of the data center as a run with progress, counts and an end."""
