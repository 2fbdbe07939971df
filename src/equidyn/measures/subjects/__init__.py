"""What measures look at, one file per kind of task."""
