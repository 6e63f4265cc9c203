"""What a destroying command removes, in words."""

from __future__ import annotations

from typing import Literal

from kb.commands.texts import say
from kb.errors import NeedsConfirmationError
from kb.model import Language

Removed = Literal["container", "image", "volume", "network"]


def name_removed(kind: Removed, name: str, *, language: Language = "en") -> str:
    """Return a thing of the sandbox as a person would name it."""
    return f"{say(f'label.{kind}', language)} {name}"


def name_container(name: str, image: str, *, running: bool, language: Language = "en") -> str:
    """Return a container with what it was made of, for a name alone may say little."""
    key = "removed.running_container" if running else "removed.container"
    return say(key, language, name=name, image=image)


def name_build_cache(*, language: Language = "en") -> str:
    """Return the name of what builds leave behind."""
    return say("removed.build_cache", language)


def name_of_project(verb: str, *, language: Language = "en") -> str:
    """Return what `compose down` and the like remove; which it is, only Compose knows."""
    return say("removed.of_project", language, verb=verb)


def ask_to_confirm(
    text: str, victims: tuple[str, ...], language: Language
) -> NeedsConfirmationError:
    """Return the error that waits for the user's word.

    Args:
        text: The command line.
        victims: What it would remove, in words.
        language: Of the message and its hint.
    """
    return NeedsConfirmationError(
        say("removes", language, text=text),
        victims=victims,
        hint=say("removes.hint", language),
    )
