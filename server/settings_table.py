"""The table of settings in docs/configuration.md, made of the settings themselves.

`python -m server.settings_table` prints it; a test holds that it stands in the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from server.settings import Settings

_HEAD = "| variable | default | meaning |\n|---|---|---|\n"


def settings_table() -> str:
    """Return the table as Markdown, a row for each setting in their order."""
    rows = (
        f"| `KB_{name.upper()}` | {_default(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return _HEAD + "".join(rows)


def _default(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    if isinstance(extra, dict) and "shown_default" in extra:
        return str(extra["shown_default"])
    return _shown(field.default)


def _shown(value: object) -> str:
    """Return a default as one would write it into the environment."""
    if value is None or value in {"", ()}:
        return "none"
    if isinstance(value, SecretStr | Path):
        raise TypeError("a secret or a folder says its default in words: shown_default")
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
