"""The HTTP API, the chat page, the command line and the sandbox daemon."""
