"""A Russian WordPiece vocabulary, appended to BERT's so that English is tokenized as before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_UNKNOWN = "[UNK]"
_CYRILLIC_TOKEN = re.compile(r"(##)?[\u0400-\u04ff]+")


def is_cyrillic(token: str) -> bool:
    """Tell whether a WordPiece (with or without `##`) is made of Cyrillic letters alone."""
    return _CYRILLIC_TOKEN.fullmatch(token) is not None


def learn_tokens(lines: Iterable[str], *, size: int) -> list[str]:
    """Learn about `size` Cyrillic WordPieces from lines of text, the most useful first.

    The normalizer and the word splitter are BERT's (lower case, accents stripped: so that `й`
    reads as `и` and `ё` as `е`), as they will be when the tokens are used.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    learner = Tokenizer(models.WordPiece(unk_token=_UNKNOWN))
    learner.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True)
    learner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size + 400,  # Latin letters and digits take some places
        special_tokens=[_UNKNOWN],
        show_progress=False,
        limit_alphabet=300,
    )
    learner.train_from_iterator((_only_cyrillic(line) for line in lines), trainer=trainer)
    by_rank = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    return [token for token, _ in by_rank if is_cyrillic(token)][:size]


def _only_cyrillic(line: str) -> str:
    return " ".join(re.findall(r"[\u0400-\u04ff\u0300-\u036f]+", line))


def extend_tokenizer(tokenizer_json: str, tokens: Sequence[str]) -> str:
    """Return a `tokenizer.json` with `tokens` appended to its WordPiece vocabulary.

    Ids that were there keep their meaning. Only Cyrillic tokens are taken, so no text without
    Cyrillic letters is split otherwise than before. Truncation and padding are switched off: they
    are the caller's to set.

    Raises:
        ValueError: A token is not Cyrillic.
    """
    document = json.loads(tokenizer_json)
    vocabulary = cast("dict[str, int]", document["model"]["vocab"])
    for token in tokens:
        if not is_cyrillic(token):
            raise ValueError(f"{token!r} is not a Cyrillic token")
        vocabulary.setdefault(token, len(vocabulary))
    document["truncation"] = None
    document["padding"] = None
    return json.dumps(document, ensure_ascii=False)


def load_tokenizer(path: Path) -> Tokenizer:
    """Load a `tokenizer.json` file."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))


def cyrillic_ids(tokenizer: Tokenizer) -> list[int]:
    """Return the ids of all Cyrillic tokens, ascending: the embedding rows that are learnt."""
    return sorted(id_ for token, id_ in tokenizer.get_vocab().items() if is_cyrillic(token))
