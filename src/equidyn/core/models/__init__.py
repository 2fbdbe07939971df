"""Networks: one file per family, each built from symmetry/. A file with a `build` function is a registered family."""
