"""The independent services of the platform; none imports another."""
