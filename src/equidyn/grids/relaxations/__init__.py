"""Ways to relax a strict net on a grid, whatever its family and dimension: one file per method, with `relax`."""
