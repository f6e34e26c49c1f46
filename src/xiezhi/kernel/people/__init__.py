"""Persons, posts and deputies."""
