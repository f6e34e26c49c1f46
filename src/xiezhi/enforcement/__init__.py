"""Administrative enforcement 行政执法."""
