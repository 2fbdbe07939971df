"""Images of handwritten digits: auto-encoders and classifiers."""
