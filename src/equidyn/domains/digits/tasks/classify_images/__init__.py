"""The task classify_images: which digit an image shows, and how variants are trained on it."""
