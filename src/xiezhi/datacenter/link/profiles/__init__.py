"""Linking records of other shapes than the province's: one module for each set of fields."""
