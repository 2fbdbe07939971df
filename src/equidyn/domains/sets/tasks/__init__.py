"""What networks are trained to do, one folder per task."""
