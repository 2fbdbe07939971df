"""Networks: one file per family, each built from symmetry/. A file with a `build` function is an entry of the registry."""
