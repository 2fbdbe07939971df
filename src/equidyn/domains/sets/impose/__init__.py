"""Ways of imposing permutation symmetry on a network from outside, one file each."""
