"""What is sent to the sandbox's daemon: our own requests, and those of another program (Compose).

`body` writes the request for a container. `hardening` puts the limits into another program's;
`api_filter` judges all of its requests. `check` looks at every container once more before it is
sent, each value against `value_rules`.
"""
