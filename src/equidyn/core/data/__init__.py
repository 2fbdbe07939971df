"""Datasets: their generators and the HDF5 store."""
