"""Models of a user's own, outside of the domains: what they may do, and what is refused."""
