"""What the figures say of the plan: its live evaluation, as of any day and as known at any time."""
