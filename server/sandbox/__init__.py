"""The sandbox daemon, and the runner that gives it typed commands."""
