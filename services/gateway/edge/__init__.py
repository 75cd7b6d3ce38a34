"""The edge: what every request passes before it reaches a page or a service."""
