"""The whole words of a question: where they stand, and others in their place."""

from __future__ import annotations

from kb.text.tokens import Token


def stripped(text: str) -> str:
    """Return a question without its mark and the spaces around it."""
    return text.strip().rstrip("?!. ")


def replaced(text: str, token: Token, new: str) -> str:
    """Return the text with another word in the place of a token's."""
    start, end = extent(text, token)
    return text[:start] + new + text[end:]


def surface(text: str, token: Token) -> str:
    """Return the whole word of a token as it is written."""
    start, end = extent(text, token)
    return text[start:end]


def extent(text: str, token: Token) -> tuple[int, int]:
    """Return where the token's whole word stands: `docker-compose` is one."""
    start, end = token.start, token.start + len(token.surface)
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "-_."):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "-_"):
        end += 1
    return start, end
