"""Procedures, matters, events and clocks."""
