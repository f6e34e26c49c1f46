"""Documents: drafted, reviewed, signed, sealed, verified."""
