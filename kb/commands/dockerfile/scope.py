"""The variables that an instruction of a Dockerfile sees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from kb.commands.dockerfile.words import Values, Word, expand_word


@cache
def _assignment_words(escape: str) -> re.Pattern[str]:
    """Return what matches a word of `ARG` and `ENV`, quoted parts and all."""
    e = re.escape(escape)
    return re.compile(rf"(?:\"(?:[^\"{e}]|{e}.)*\"|'[^']*'|{e}.|[^\s{e}'\"])+")


@dataclass(slots=True, kw_only=True)
class Scope:
    """What `ARG` and `ENV` have set, stage by stage.

    The base image's own variables are not known here; what it was built from is another file.
    """

    build_args: Mapping[str, str]
    """What `--build-arg` sets; it counts where an `ARG` declares the name."""
    escape: str
    _before_stages: dict[str, str | None] = field(default_factory=dict, init=False)
    """`ARG`s above the first `FROM`: all that a `FROM` sees."""
    _args: dict[str, str | None] = field(default_factory=dict, init=False)
    _env: dict[str, str | None] = field(default_factory=dict, init=False)
    _env_of: dict[str, dict[str, str | None]] = field(default_factory=dict, init=False)
    """`ENV`s of a stage by its name, for a stage that begins with it."""
    _stages: int = field(default=0, init=False)

    def expand_base(self, raw: str) -> Word:
        """Resolve the image of a `FROM`."""
        return expand_word(raw, self._before_stages, escape=self.escape)

    def expand(self, raw: str) -> Word:
        """Resolve a word of an instruction in a stage."""
        return expand_word(raw, self._visible(), escape=self.escape)

    def knows_stage(self, name: str) -> bool:
        """Tell whether an image's name is that of a stage above, by name or number."""
        return name.lower() in self._env_of

    def begin_stage(self, base: str, name: str) -> None:
        """Start a stage from an image or a stage above; `name` may be empty."""
        self._args = {}
        self._env = dict(self._env_of.get(base.lower(), {}))
        for key in {name.lower(), str(self._stages)} - {""}:
            self._env_of[key] = self._env
        self._stages += 1

    def set_args(self, rest: str) -> None:
        """Take an `ARG` line."""
        visible = self._visible()
        target = self._args if self._stages else self._before_stages
        for raw in _assignment_words(self.escape).findall(rest):
            name, equals, default = raw.partition("=")
            key = self._read_name(name, visible, target)
            inherited = self._before_stages if self._stages else {}
            target.pop(key, None)
            if key in self.build_args:
                target[key] = self.build_args[key]
            elif equals:
                target[key] = self._read_value(default, visible)
            elif key in inherited:
                target[key] = inherited[key]

    def set_env(self, rest: str) -> None:
        """Take an `ENV` line: `A=1 B=2`, or `A the rest`."""
        visible = self._visible()
        words = _assignment_words(self.escape).findall(rest)
        pairs = [word.partition("=") for word in words]
        if words and "=" not in words[0]:
            first = words[0]
            pairs = [(first, "=", rest.strip().removeprefix(first).strip())]
        for name, _, value in pairs:
            key = self._read_name(name, visible, self._env)
            self._env[key] = self._read_value(value, visible)

    def _visible(self) -> Values:
        """Return what an instruction sees as it begins; what it sets itself comes later."""
        return self._args | self._env if self._stages else dict(self._before_stages)

    def _read_name(self, raw: str, visible: Values, target: dict[str, str | None]) -> str:
        """Return a variable's name; one that cannot be told may be that of any."""
        word = expand_word(raw, visible, escape=self.escape)
        if not word.whole:
            target.update(dict.fromkeys(visible))
        return word.text

    def _read_value(self, raw: str, visible: Values) -> str | None:
        word = expand_word(raw, visible, escape=self.escape)
        return word.text if word.whole else None
