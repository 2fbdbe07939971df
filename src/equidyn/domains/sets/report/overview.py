"""What the report's terms mean for sets."""

TERMS = {
    "Accuracy": "Share of the test sets that a network puts into the right one of two classes. No rule is right more "
    "often than the Bayes rule, which knows both distributions and answers by the likelier one; its share is exact, "
    "from the chi-square distribution, and is given again for the very sets that are tested on.",
    "Invariance error": "Reorder a set by a random element g of a group: root mean square of f(g x) − f(x) over the "
    "standard deviation of the logit f over sets. 0: the answer does not depend on the order; 1.4: it depends on "
    "nothing else.",
}
