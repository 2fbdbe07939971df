"""What the loss of a net on a grid sees besides the samples: one file per treatment, with `treat`."""
