"""The errors that a user may see.

    KbError
    ├── InvalidInputError        the caller's request cannot be understood
    │   └── QuestionError        an empty or over-long question
    ├── NotFoundError            a note, chunk, run or conversation that is not there
    ├── VaultError               the notes folder cannot be read
    ├── ModelError               the embedding model cannot be loaded or does not fit
    ├── IndexUnavailableError    no index to answer from
    │   ├── StateLockedError     another process owns the state folder
    │   └── VectorServerError    the Chroma server is not there, or went away
    ├── ConflictError            the thing has changed, or exists already
    ├── CommandRefusedError      the policy does not let the command run
    ├── NeedsValuesError         placeholders of a command are still to be filled
    ├── NeedsConfirmationError   a destroying command waits for the user's word
    ├── ChatModelError           the optional language model failed
    ├── BusyError                too much at once
    └── SandboxError             the sandbox daemon cannot be started or reached

Those that only the server raises stand beside what raises them:

    KbError
    ├── ApiError                 server.api_errors: the API answered with an error
    ├── EditingOffError          server.note_files: the server was started without `--edit`
    ├── PortTakenError           server.serving: nothing can listen on that address
    ├── StorageError             server.storage: the disk is full, or a file cannot be had
    ├── ConflictError
    │   └── PreconditionError    server.note_files: the note is not what its writer has read
    └── NeedsValuesError
        └── SlotsWantedError     server.command_desk: the same, with the slots to be filled

Each carries a `code` (stable, for programs), a message (what, and which value) and a `hint`
(what to do about it); some carry `reasons`, which tell a program more than the code does.
"""

from __future__ import annotations

from typing import ClassVar

from kb.reasons import ChatModelReason, InputReason, Reason, SandboxReason


class KbError(Exception):
    """Root of the project's errors.

    Args:
        message: What is wrong, with the value that is wrong.
        hint: What the user can do about it; may be empty.
        code: A stable code; the class's own unless given.
    """

    default_code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code or self.default_code
        self.reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        return f"{self.message} (hint: {self.hint})" if self.hint else self.message


class InvalidInputError(KbError):
    """The caller's request cannot be understood.

    Args:
        message: What is wrong, with the value that is wrong.
        hint: What the user can do about it; may be empty.
        code: A stable code; the class's own unless given.
        reason: Why, where the code is not all that there is to say.
    """

    default_code = "invalid_request"

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        code: str | None = None,
        reason: InputReason | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        if reason is not None:
            self.reasons = (reason,)


class QuestionError(InvalidInputError):
    """A question is empty or longer than the limit."""


class NotFoundError(KbError):
    """A note, chunk, command, run or conversation that is not there."""

    default_code = "not_found"


class VaultError(KbError):
    """The notes folder cannot be read."""

    default_code = "vault_unreadable"


class ModelError(KbError):
    """The embedding model cannot be loaded, or its vectors do not fit the index."""

    default_code = "model_unavailable"


class IndexUnavailableError(KbError):
    """There is no index to answer from."""

    default_code = "index_unavailable"


class StateLockedError(IndexUnavailableError):
    """Another process owns the state folder."""

    default_code = "state_locked"


class VectorServerError(IndexUnavailableError):
    """The Chroma server is not there, went away, or does not answer as one."""

    default_code = "chroma_unavailable"


class ConflictError(KbError):
    """The thing has changed since it was read, or exists already."""

    default_code = "conflict"


class CommandRefusedError(KbError):
    """The policy does not let a command run; `code` is the reason code.

    Args:
        message: What is refused.
        hint: What the user can do about it; may be empty.
        code: The reason code.
        suggestion: A command line that does nearly the same and may run; may be empty.
    """

    default_code = "refused"

    def __init__(
        self, message: str, *, hint: str = "", code: str | None = None, suggestion: str = ""
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.suggestion = suggestion


class NeedsValuesError(KbError):
    """Placeholders of a command must be filled first.

    Args:
        message: What is missing.
        slot_ids: The ids of the slots that want a value.
    """

    default_code = "needs_values"

    def __init__(self, message: str, *, slot_ids: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.slot_ids = slot_ids


class NeedsConfirmationError(KbError):
    """A destroying command must be confirmed.

    Args:
        message: What would be done.
        victims: What would be removed, as a person would name it.
    """

    default_code = "needs_confirmation"

    def __init__(self, message: str, *, victims: tuple[str, ...], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.victims = victims


class ChatModelError(KbError):
    """The optional language model failed, was too slow, or answered nonsense.

    Args:
        message: What is wrong, with the value that is wrong.
        reason: The same for programs.
        detail: What the reason names: an address, a model, what a service said; may be empty.
        hint: What the user can do about it; may be empty.
    """

    default_code = "chat_model_failed"

    def __init__(
        self, message: str, *, reason: ChatModelReason, detail: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        self.detail = detail


class BusyError(KbError):
    """Too many questions or runs at once."""

    default_code = "too_many_requests"


class SandboxError(KbError):
    """The sandbox daemon cannot be started or reached.

    Args:
        message: What is wrong, with the value that is wrong.
        reason: The same for programs.
        further: Other reasons, where there are several.
        hint: What the user can do about it; may be empty.
        code: A stable code; the class's own unless given.
    """

    default_code = "sandbox_unavailable"

    def __init__(
        self,
        message: str,
        *,
        reason: SandboxReason,
        further: tuple[SandboxReason, ...] = (),
        hint: str = "",
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, code=code)
        self.reasons: tuple[SandboxReason, ...] = tuple(dict.fromkeys((reason, *further)))
