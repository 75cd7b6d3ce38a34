"""The data set of the first municipality: what each file is, and where it comes from, stands in README.md."""
