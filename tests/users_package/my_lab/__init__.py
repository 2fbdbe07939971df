"""A package of a user's own: a network, a measure and data. It lies beside params.yaml."""
