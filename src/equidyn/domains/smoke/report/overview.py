"""What the report's terms mean for smoke."""

TERMS = {
    "Test error": "A network predicts the next field from the last one and goes on from its own prediction. The root "
    "mean square error is taken over test windows, steps, components and cells, in units of the data’s rms velocity: "
    "the root mean square velocity component of the training data of all seeds.",
    "Equivariance error of the data": "Four simulations with turned inflows take the place of f(g x).",
}
