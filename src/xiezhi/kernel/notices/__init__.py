"""Notices in-site, by email and by SMS."""
