"""Nets and measures on regular grids, in two and three dimensions."""
