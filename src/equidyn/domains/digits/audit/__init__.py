"""What the published code computes where it differs from its papers."""
