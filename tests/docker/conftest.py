from __future__ import annotations

from tests.docker.fixtures import live_sandbox, registry_mirror, sandbox_folder

__all__ = ["live_sandbox", "registry_mirror", "sandbox_folder"]
