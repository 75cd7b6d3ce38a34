"""The consume path on ports in memory, under a scheduler that a seed decides. See world.py, then checker.py."""
