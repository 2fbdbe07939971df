"""The task reconstruct: giving an image back through few numbers, and how variants are trained on it."""
