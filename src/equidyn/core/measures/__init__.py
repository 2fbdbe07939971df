"""Measures of a trained network: one file each. A file with a `measure` function is an entry of the registry."""
