"""The symmetry core: finite groups as signed permutations, orbits, Reynolds projection, field types.

Imports nothing of ours.
"""
