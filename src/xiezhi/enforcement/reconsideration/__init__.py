"""Administrative reconsideration."""
