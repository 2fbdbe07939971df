"""The task classify: which class a set belongs to, and how variants are trained on it."""
