"""Why something failed, for programs: whoever shows it has words of their own for each reason."""

from __future__ import annotations

from typing import Final, Literal, TypeGuard, get_args

SandboxReason = Literal[
    # no daemon of its own
    "needs_linux",
    "needs_root",
    "no_dockerd",
    "missing_programs",
    "no_free_network",
    "another_server",
    # no daemon in the user's own engine
    "no_engine",
    "engine_elsewhere",
    "engine_refused",
    "windows_containers",
    "rootless_engine",
    "name_taken",
    "no_image",
    # no daemon that somebody else runs
    "no_address",
    "own_daemon",
    "no_label",
    # a daemon that does not work, or has stopped working
    "start_failed",
    "unreachable",
    "set_up_failed",
    "no_reply",
    "went_away",
    "restarting",
    "shutting_down",
    # it works, or would work
    "switched_off",
    "not_started",
    "data_unlimited",
    "reset_elsewhere",
    "data_kept",
    "no_sandbox",
    "no_compose",
]
"""Why the sandbox is not there, or is less than it should be."""

ChatModelReason = Literal[
    "unreachable",
    "refused",
    "unknown_model",
    "service_failed",
    "too_slow",
    "too_long",
    "broke_off",
    "no_stream",
    "bad_piece",
    "no_answer",
    "unsupported",
]
"""Why the optional language model did not word an answer."""

InputReason = Literal[
    "note_path",
    "note_not_utf8",
    "note_nul",
    "command_empty",
    "command_too_long",
    "values_change_command",
]
"""Why what was sent, well-formed as it is, cannot be taken."""

Reason = SandboxReason | InputReason
"""Why a request was of no use."""

_SANDBOX_REASONS: Final = frozenset(get_args(SandboxReason))
_REASONS: Final = _SANDBOX_REASONS | frozenset(get_args(InputReason))


def is_sandbox_reason(text: str) -> TypeGuard[SandboxReason]:
    """Tell whether a text that came over a pipe is a reason."""
    return text in _SANDBOX_REASONS


def is_reason(text: str) -> TypeGuard[Reason]:
    """Tell whether a text that was kept is a reason still."""
    return text in _REASONS
