"""The task upscale: super-resolution of a flow in a box, and how variants are trained on it."""
