"""Measures as the published code computes them, one file each: the twins of those in measures/ beside it."""
