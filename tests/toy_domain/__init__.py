"""A fifth kind of data, for the test of the house: points in space under SO(3), a group that can only be sampled."""
