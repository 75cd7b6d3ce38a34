"""Rules and documents of the evaluation; pure."""
