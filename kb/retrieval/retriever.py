"""From a question to ranked chunks: the arms' candidates, measured and put in order."""

from __future__ import annotations

from kb.model import Hit, Query
from kb.ports import Index
from kb.retrieval.candidates import Ranking, in_order
from kb.retrieval.gathering import Gatherer
from kb.retrieval.measuring import TOKENS_ARM, measured
from kb.retrieval.network import SignalNetwork
from kb.retrieval.ranking import load_model
from kb.retrieval.rereading import load_rereading, read_again, reranked
from kb.retrieval.stopwatch import Stopwatch


class Retriever:
    """Finds the chunks that answer a question.

    Args:
        model: Puts the candidates in order; the fitted one by default.
        rereads: Whether the model's reranker, where it has one, reads the first candidates.
    """

    def __init__(self, model: SignalNetwork | None = None, *, rereads: bool = True) -> None:
        self._model = model
        self._rereads = rereads
        self._gatherer = Gatherer()

    def rank(self, index: Index, query: Query, *, least_read: int = 1) -> Ranking:
        """Return every candidate of the arms, best first; ties fall to the earlier line.

        Args:
            index: What is searched.
            query: What is looked for.
            least_read: Read no candidates where fewer are worth it. For their order alone it is
                two; an answer wants to know how surely a single one answers.
        """
        watch = Stopwatch()
        gathered = self._gatherer.gather(index, query, watch)
        candidates = measured(gathered)
        watch.lap("measuring")
        has_tokens = any(TOKENS_ARM in one.arms for one in candidates)
        model = self._model or load_model(with_tokens=has_tokens)
        ranking = Ranking(
            question=gathered.question,
            terms=gathered.terms,
            candidates=in_order(candidates, model),
            timings_ms=watch.laps,
            has_tokens=has_tokens,
            meant=gathered.meant,
        )
        watch.lap("ranking")
        reranker = index.embedder.reranker if self._rereads and has_tokens else None
        if reranker:
            ranking = reranked(read_again(ranking, reranker, least=least_read), load_rereading())
            watch.lap("reading")
        return ranking

    def search(self, index: Index, query: Query, *, top_k: int) -> list[Hit]:
        """Return the best chunks with the rank and score of each arm."""
        return [
            Hit(chunk=candidate.chunk, score=candidate.score, arms=candidate.arms)
            for candidate in self.rank(index, query, least_read=2).candidates[:top_k]
        ]
