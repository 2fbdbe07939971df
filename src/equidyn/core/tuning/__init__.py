"""The stage tune: learning rates, and a method's own knob, found for every variant by the same number of trials."""
