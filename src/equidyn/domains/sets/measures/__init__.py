"""Measures, one file each: a file with `measure`."""
