"""What networks on clouds are trained to do."""
