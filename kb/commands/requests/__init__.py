"""What is sent to the sandbox's daemon: our own requests, and those of another program (Compose).

`body` writes the request for a container. `hardening` puts the limits into another program's;
`api_filter` judges all of its requests. `check` looks at every container once more before it is
sent, each value against `value_rules`.
"""

from __future__ import annotations

from kb.commands.requests.api_filter import filter_request
from kb.commands.requests.body import create_body
from kb.commands.requests.check import check_body

__all__ = ["check_body", "create_body", "filter_request"]
