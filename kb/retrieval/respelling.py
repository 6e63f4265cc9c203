"""A question's words as the notes spell them: `grafana` for `графана`, `удалить` for `удлаить`.

Signals that read words one by one forgive such a word by themselves; the embedder and the reranker
do not, so it is put right before the question is read. Only words are looked at that are not
common and stand in no note.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kb.model import Query
from kb.ports import Index, Term
from kb.text.common import is_common
from kb.text.dates import DateSpan, dates
from kb.text.dictionary import is_word, may_be_name
from kb.text.names import is_spoken_name
from kb.text.romanization import cyrillic_readings
from kb.text.sound import cyrillic_keys, latin_words, likeness
from kb.text.spelling import MOST_LETTERS, corrected, noted
from kb.text.tokens import Token, fold, is_cyrillic, russian_stem, spoken_latin, stem, tokenize

_ALIKE: Final = 0.65
"""From here on a Cyrillic and a Latin word are taken for the same."""
_LEAST_LETTERS: Final = 3
_LOOKED_AT: Final = 3
"""Chunks that are looked through for a word that sounds alike."""
_LOOKED_THROUGH: Final = 12
"""Chunks that are looked through for a word that is spelt alike: there are more words of that."""


def respell(query: Query, index: Index) -> Query:
    """Return a query whose text has misspelt words, and spoken foreign ones, put right."""
    text = _put_right(_with_noted_dates(query.text, index), index, spoken=True)
    return query if text == query.text else replace(query, text=text)


def mended(text: str, index: Index) -> str:
    """Return a question with its typing errors put right; foreign words stay as they are spoken."""
    return _put_right(text, index, spoken=False)


def _with_noted_dates(text: str, index: Index) -> str:
    """Return a question with its days in the form in which the notes write them."""
    pieces, end = [], 0
    for span in dates(text):
        if not span.days or not span.is_sure:
            continue
        noted = _noted_forms(span, index)
        # A form that the notes have too is kept, and no year is chosen where they have several.
        is_kept = fold(text[span.start : span.end]) in map(fold, noted)
        if noted and not is_kept and len({*noted.values()} - {None}) < 2:
            pieces += [text[end : span.start], next(iter(noted))]
            end = span.end
    return "".join([*pieces, text[end:]])


def _noted_forms(span: DateSpan, index: Index) -> dict[str, int | None]:
    """Return how the notes write a day, best first, and the year of each; no bare numbers."""
    name = span.names[0]
    hits = index.lexical.search([Term(text=name)], top_k=_LOOKED_AT)
    chunks = index.catalog.chunks([hit.chunk for hit in hits])
    texts = (text for chunk in chunks for text in (chunk.text, chunk.context))
    spans = ((text, noted) for text in texts for noted in dates(text))
    return {
        text[at.start : at.end]: at.year for text, at in spans if at.is_sure and name in at.terms
    }


def _put_right(text: str, index: Index, *, spoken: bool) -> str:
    pieces, end = [], 0
    for token in tokenize(text):
        word = fold(token.surface)
        if token.kind != "word" or not _LEAST_LETTERS <= len(word) <= MOST_LETTERS:
            continue
        if is_common(word):
            continue
        if spelling := _spelling(token, word, index, spoken=spoken):
            pieces += [text[end : token.start], spelling]
            end = token.start + len(token.surface)
    return "".join([*pieces, text[end:]])


def _spelling(token: Token, word: str, index: Index, *, spoken: bool) -> str | None:
    """Return what an uncommon word stands for; None where it stands for itself.

    A Latin word that is spelt as it sounds stands for itself unless `spoken`.
    """
    if latin := spoken_latin(word):
        return latin if spoken else None
    term = token.term
    if index.lexical.document_frequency([term])[term]:
        return None
    if other := _in_other_letters(token, word, index):
        return other if spoken else None
    if is_word(word) or (is_cyrillic(word) and is_spoken_name(word, russian_stem(word))):
        return None
    # A name that neither the notes nor the lists know is no misspelt common word.
    return _as_noted(word, term, index) or (None if _has_capital(token) else corrected(word))


def _in_other_letters(token: Token, word: str, index: Index) -> str | None:
    """Return how the notes write a word in the other alphabet; a dictionary word must be a name."""
    if is_cyrillic(word):
        is_plain = is_word(word) and not (_has_capital(token) or may_be_name(word))
        return None if is_plain else _as_it_sounds(word, russian_stem(word), index)
    reading = _as_romanized(word, index)
    if reading is None or (is_word(word) and not may_be_name(reading)):
        return None
    return reading.capitalize() if token.surface[0].isupper() else reading


def _has_capital(token: Token) -> bool:
    """Tell whether a word is written as a name is: with a capital, and not for being the first."""
    return token.start > 0 and token.surface[0].isupper()


def _as_romanized(word: str, index: Index) -> str | None:
    """Return the Russian word of the notes that a Latin one spells, if there is one."""
    stems = {reading: stem(reading) for reading in cyrillic_readings(word)}
    noted = index.lexical.document_frequency(list(stems.values())) if stems else {}
    found = [reading for reading in stems if noted[stems[reading]]]
    return max(found, key=lambda reading: (may_be_name(reading), is_word(reading)), default=None)


def _as_noted(word: str, term: str, index: Index) -> str | None:
    """Return the word of the notes that may have been meant, if there is one."""
    # A misspelt word may have another stem than what was meant.
    spelt_alike = [Term(text=text, max_edits=1) for text in dict.fromkeys((term, word))]
    hits = index.lexical.search(spelt_alike, top_k=_LOOKED_THROUGH)
    chunks = index.catalog.chunks([hit.chunk for hit in hits])
    texts = (text for chunk in chunks for text in (chunk.text, chunk.context))
    tokens = (token for text in texts for token in tokenize(text))
    return noted(word, (token.surface for token in tokens if token.kind == "word"))


def _as_it_sounds(word: str, root: str, index: Index) -> str | None:
    """Return the Latin word of the notes that sounds most like this one, if any does."""
    keys = [Term(text=key, is_sound=True) for key in cyrillic_keys(word, root)]
    hits = index.lexical.search(keys, top_k=_LOOKED_AT) if keys else []
    chunks = index.catalog.chunks([hit.chunk for hit in hits])
    texts = (text for chunk in chunks for text in (chunk.text, chunk.context))
    found = {latin: likeness(word, root, latin) for text in texts for latin in latin_words(text)}
    best = max(found, key=lambda latin: found[latin], default="")
    return best if best and found[best] >= _ALIKE else None
