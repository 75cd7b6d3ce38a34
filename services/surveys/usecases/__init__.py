"""What can be done with surveys: one function per verb, each ending in one write."""
