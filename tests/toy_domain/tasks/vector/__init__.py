"""The task vector."""
