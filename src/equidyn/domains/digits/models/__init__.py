"""Networks, one file per model: a file with `build`."""
