"""The embedder: any sentence-transformers model, from a local folder, on the CPU."""

from __future__ import annotations

import hashlib
import math
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from ingest.models.model_files import (
    default_model_path,
    keep_offline,
    model_hash,
    model_name,
    read_dimension,
    resolve_model,
)
from ingest.models.needs import load_needs
from ingest.models.token_vectors import TokenHead, TokenIds
from ingest.models.windows import Offsets, cut_at_tokens, keep_tail
from kb.errors import ModelError
from kb.ports import NO_TOKENS, Embedding, FloatArray

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer
    from torch import Tensor

    from ingest.models.recording import RecordedModel
    from ingest.models.reranker import PairReranker

__all__ = ["SentenceTransformerEmbedder", "default_model_path", "fast_dtype"]

_DOCUMENT_PROMPTS: Final = ("document", "passage", "corpus")
_LONGEST_WINDOW: Final = 512
"""Tokens; for models that set no limit themselves."""
_FORMAT: Final = "vectors of float32, token vectors"
_MARGIN: Final = 2
"""Tokens kept free, since a line break between context and text is a token to some models."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The parts of a loaded model."""

    model: SentenceTransformer
    splitter: Tokenizer
    window: int
    """Tokens that the model reads of a text, its special tokens counted in."""
    special_tokens: int
    query_prompt: str
    document_prompt: str
    dimension: int
    token_head: TokenHead | None
    needs: FloatArray
    recorded: RecordedModel | None
    """What reads questions; None where the model itself does, as it does all documents."""
    reranker: PairReranker | None


class SentenceTransformerEmbedder:
    """Embeds with a sentence-transformers model; the model is loaded when it is first needed.

    May be used from several threads: tokenizers take turns, the network itself runs side by side,
    so that a question does not wait for a batch of documents.

    Args:
        path_or_name: Folder of the model, or its name in the local cache; None for the default.
        batch_size: Texts that go through the network at once.
        cached_queries: How many queries' vectors are remembered.
        window_tokens: A shorter window than the model's own; None for the model's own.
    """

    def __init__(
        self,
        path_or_name: str | Path | None = None,
        *,
        batch_size: int = 32,
        cached_queries: int = 256,
        window_tokens: int | None = None,
    ) -> None:
        chosen = default_model_path() if path_or_name is None else path_or_name
        self._folder = resolve_model(chosen)
        self._name = model_name(self._folder)
        self._batch_size = batch_size
        self._cached_queries = cached_queries
        self._window_tokens = window_tokens
        self._dimension = read_dimension(self._folder)
        self._hash = model_hash(self._folder)
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        self._tokenizing = threading.Lock()
        self._queries: OrderedDict[str, Embedding] = OrderedDict()
        self._caching = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name: that of its folder."""
        return self._name

    @property
    def folder(self) -> Path:
        """Where the model lies."""
        return self._folder

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        if self._dimension is None:
            self._dimension = self._load().dimension
        return self._dimension

    @property
    def fingerprint(self) -> str:
        """A hash of the model's files (prompts among them), the dimension and the window."""
        parts = (self._hash, str(self.dimension), str(self._window_tokens or ""), _FORMAT)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @property
    def needs(self) -> FloatArray:
        """Vectors of what people commonly need, where the model brings any."""
        return self._load().needs

    @property
    def reranker(self) -> PairReranker | None:
        """What reads questions together with chunks, where the model brings it."""
        return self._load().reranker

    def embed_documents(self, texts: Sequence[str]) -> list[Embedding]:
        """Return what the model makes of each text."""
        loaded = self._load()
        result: dict[int, Embedding] = {}

        def embed(batch: list[int]) -> None:
            prompted = [loaded.document_prompt + texts[position] for position in batch]
            result.update(zip(batch, self._read(prompted, as_questions=False), strict=True))

        with ThreadPoolExecutor(_usable_cores(), thread_name_prefix="embed") as pool:
            # The list makes an error of a batch known here.
            list(pool.map(embed, _batches_by_length(texts, self._batch_size)))
        return [result[position] for position in range(len(texts))]

    def embed_query(self, text: str) -> Embedding:
        """Return what the model makes of a question."""
        with self._caching:
            if text in self._queries:
                self._queries.move_to_end(text)
                return self._queries[text]
        prompted = self._load().query_prompt + text
        embedding = self._read([prompted], as_questions=True)[0]
        for array in (embedding.vector, embedding.tokens):
            array.flags.writeable = False
        with self._caching:
            self._queries[text] = embedding
            while len(self._queries) > self._cached_queries:
                self._queries.popitem(last=False)
        return embedding

    def split_windows(self, context: str, text: str) -> list[str]:
        """Cut `text` into pieces that fit the window, each with `context` on a line before it.

        The pieces without their context are the text again, joined. A context longer than a third
        of the window loses its beginning.
        """
        loaded = self._load()
        room = loaded.window - loaded.special_tokens - _MARGIN
        room -= len(self._offsets(loaded.document_prompt))
        if room < 1:
            raise ModelError(
                f"the window of {loaded.window} tokens leaves no room for text",
                hint="name a model with a longer one in KB_EMBEDDING_MODEL",
            )
        context = keep_tail(context, self._offsets(context), room // 3)
        room = max(1, room - len(self._offsets(context)))
        head = context + "\n" if context else ""
        return [head + piece for piece in self._pieces(text, room)]

    def _pieces(self, text: str, room: int) -> Iterator[str]:
        for piece in cut_at_tokens(text, self._offsets(text), room):
            # A word cut in two may have more tokens than it had.
            if room > 1 and len(self._offsets(piece)) > room:
                yield from self._pieces(piece, room - max(1, room // 8))
            else:
                yield piece

    def _offsets(self, text: str) -> Offsets:
        if not text:
            return []
        return self._load().splitter.encode(text, add_special_tokens=False).offsets

    def _read(self, texts: list[str], *, as_questions: bool) -> list[Embedding]:
        """Return what the network makes of prompted texts."""
        import torch

        loaded = self._load()
        with self._tokenizing:
            features = loaded.model.preprocess(texts)
        with torch.inference_mode():
            compute = loaded.recorded if loaded.recorded and as_questions else loaded.model
            output = compute(features)
            vectors = _normalised(output["sentence_embedding"].float().numpy())
            # Only a transformer has states, and only the states of ours are known to be of use.
            tokens = _tokens(loaded.token_head, output, as_questions) if loaded.token_head else ()
        return [
            Embedding(vector, own)
            for vector, own in zip_longest(vectors, tokens, fillvalue=NO_TOKENS)
        ]

    def _load(self) -> _Loaded:
        if self._loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = self._read_model()
        return self._loaded

    def _read_model(self) -> _Loaded:
        keep_offline()
        import torch
        from sentence_transformers import SentenceTransformer
        from threadpoolctl import threadpool_limits
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        # One thread a text, and several batches side by side: the threads of one operation wait
        # for each other, and on a busy machine a query of 10 ms then takes 100 to 1,000.
        torch.set_num_threads(1)
        # NumPy's threads are worse: after a product they keep a core busy for a while, in which
        # the reranker reads half as fast.
        threadpool_limits(1, user_api="blas")
        try:
            model = SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            raise ModelError(
                f"the model in {self._folder} cannot be loaded: {error}",
                hint="check that the folder is complete, or choose another by KB_EMBEDDING_MODEL",
            ) from error
        head = TokenHead.load(self._folder)
        # Of our own model it is measured that half the digits find the same lines.
        model = model.to(fast_dtype() if head else torch.float32)
        return _take_apart(model.eval(), self._folder, self._window_tokens, token_head=head)


def _tokens(
    head: TokenHead,
    output: Mapping[str, Tensor],
    as_questions: bool,  # noqa: FBT001
) -> list[FloatArray]:
    """Return the token vectors of each text of a batch."""
    states: FloatArray = output["token_embeddings"].float().numpy()
    ids: TokenIds = output["input_ids"].numpy()
    lengths = output["attention_mask"].sum(dim=1).tolist()
    return [
        head.of_question(states[row, :length], ids[row, :length])
        if as_questions
        else head.of_document(states[row, :length])
        for row, length in enumerate(lengths)
    ]


def fast_dtype() -> torch.dtype:
    """Return bfloat16 where this processor multiplies it by itself, else float32."""
    import torch

    able = torch.cpu.get_capabilities()
    fast = able.get("avx512_bf16") or able.get("amx_bf16")
    return torch.bfloat16 if fast else torch.float32


def _usable_cores() -> int:
    # Only Linux tells how many of the cores this process may use.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _take_apart(
    model: SentenceTransformer,
    folder: Path,
    window_tokens: int | None,
    *,
    token_head: TokenHead | None,
) -> _Loaded:
    from ingest.models.question_network import load_peaks
    from ingest.models.recording import RecordedModel
    from ingest.models.reranker import PairReranker

    splitter = _splitter_of(model)
    own = model.max_seq_length
    limit = own if own and 0 < own < math.inf else None
    window = min(limit or _LONGEST_WINDOW, window_tokens or 1_000_000)
    if limit and window < limit:
        model.max_seq_length = window
    prompts = {key: prompt or "" for key, prompt in (model.prompts or {}).items()}
    return _Loaded(
        model=model,
        splitter=splitter,
        window=int(window),
        special_tokens=splitter.num_special_tokens_to_add(is_pair=False),
        query_prompt=prompts.get("query", ""),
        document_prompt=next(filter(None, map(prompts.get, _DOCUMENT_PROMPTS)), ""),
        dimension=int(model.get_embedding_dimension() or 0),
        token_head=token_head,
        needs=load_needs(folder),
        reranker=PairReranker.load(folder, model, splitter) if token_head else None,
        recorded=RecordedModel(model, load_peaks(folder)) if token_head else None,
    )


def _splitter_of(model: SentenceTransformer) -> Tokenizer:
    """Return a copy of the model's tokenizer that neither truncates nor pads."""
    from tokenizers import Tokenizer

    backend = getattr(model.tokenizer, "backend_tokenizer", model.tokenizer)
    if not isinstance(backend, Tokenizer):
        raise ModelError(
            f"the model's tokenizer ({type(backend).__name__}) does not tell where its tokens are",
            hint="choose a model that comes with a tokenizer.json",
        )
    copy = Tokenizer.from_str(backend.to_str())
    copy.no_truncation()
    copy.no_padding()
    return copy


def _batches_by_length(texts: Sequence[str], size: int) -> Iterator[list[int]]:
    """Yield positions, longest texts first, so that little of a batch is padding."""
    order = sorted(range(len(texts)), key=lambda position: -len(texts[position]))
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _normalised(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)):
        raise ModelError(
            "the model gave a vector that is not a number", hint="its files are broken"
        )
    unit: FloatArray = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit
