"""How far apart the places of each feature map lie, of nets that classify digits; without torch, for the report too."""

POOL = 2  # pixels per side of what is pooled into one
STRIDES = {"conv1": 1, "pool1": POOL, "conv2": POOL, "pool2": POOL**2}
