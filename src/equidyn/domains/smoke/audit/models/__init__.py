"""The published planar nets as they were coded. A file with a `build` function is a variant, called audit/NAME.

All of them act on vectors as the rest of this package does. The published e2cnn and rsteer turn the image one way and
the vectors the other; flipping an array upside down turns the one action into the other, so that a net of theirs is a
net of these with its kernels flipped. What that sign does on data is seen on data: see the dataset option
`vector_action: published` of the study smoke-rotation.
"""
