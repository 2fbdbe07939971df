"""Sets of Gaussian vectors, and classifiers of them."""
