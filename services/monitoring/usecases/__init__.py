"""One function per verb: load, decide, write."""
