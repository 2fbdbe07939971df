"""The task recognise: which digit an image shows, and how variants are trained on it."""
