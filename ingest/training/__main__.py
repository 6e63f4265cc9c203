"""Train the bilingual embedder: `python -m ingest.training --help`."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.training.options import DEV_FILE, PAIRS_FILE, make_parser
from kb.errors import KbError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from ingest.training.distillation import Stage
    from ingest.training.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; return the exit status."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    options = make_parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        _STEPS[options.step](options)
    except KbError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _vocab(options: argparse.Namespace) -> None:
    from ingest.training.pairs import read_pairs
    from ingest.training.prepare import make_vocabulary

    pairs = read_pairs(options.corpus / PAIRS_FILE)
    make_vocabulary(
        pairs, options.corpus, options.run, size=options.size, sample=options.vocab_pairs
    )


def _align(options: argparse.Namespace) -> None:
    from ingest.training.pairs import read_pairs
    from ingest.training.prepare import make_initial_rows

    make_initial_rows(
        read_pairs(options.corpus / PAIRS_FILE), options.run, sample=options.align_pairs
    )


def _train(options: argparse.Namespace) -> None:
    from ingest.training.run import train_stage

    train_stage(
        _workspace(options), options.corpus,
        stage=options.stage, start=options.start, minutes=options.minutes, steps=options.steps,
        seed=options.seed,
        passages=not options.no_passages, phrases=not options.no_phrases,
        evaluate_minutes=options.evaluate_minutes, fast=not options.exact,
    )  # fmt: skip


def _evaluate(options: argparse.Namespace) -> None:
    from ingest.training.run import evaluate_folder

    for name, value in evaluate_folder(options.model, options.corpus / DEV_FILE).items():
        sys.stdout.write(f"{name}\t{value:.4f}\n")


def _export(options: argparse.Namespace) -> None:
    from ingest.training.run import export_stage

    size = export_stage(
        _workspace(options), options.stage, options.target, frozen_share=options.frozen_share
    )
    sys.stdout.write(f"{options.target}: {size} bytes\n")


def _tune(options: argparse.Namespace) -> None:
    from ingest.training.run import tune_folder

    scores = tune_folder(
        _workspace(options), options.corpus / PAIRS_FILE, options.lessons,
        model=options.model, target=options.target,
        epochs=options.epochs, replay=not options.no_replay, fast=not options.exact,
    )  # fmt: skip
    for name, value in scores.items():
        sys.stdout.write(f"{name}\t{value:.4f}\n")


def _everyday(options: argparse.Namespace) -> None:
    from ingest.training.run import learn_everyday

    size = learn_everyday(
        _workspace(options), options.corpus, options.lessons,
        target=options.target, minutes=options.minutes, kept_share=options.kept_share,
        evaluate_minutes=options.evaluate_minutes, fast=not options.exact,
    )  # fmt: skip
    sys.stdout.write(f"{options.target}: {size} bytes\n")


def _tokens(options: argparse.Namespace) -> None:
    from ingest.training.run import add_token_head

    scores = add_token_head(
        _workspace(options), options.corpus / PAIRS_FILE, options.lessons, model=options.model
    )
    for name, value in scores.items():
        sys.stdout.write(f"{name}\t{value:.4f}\n")


def _vaults(options: argparse.Namespace) -> None:
    from ingest.training.vault_run import tune_on_vaults

    size = tune_on_vaults(
        _workspace(options), options.lessons, model=options.model, target=options.target,
        minutes=options.minutes, newest=options.newest, fast=not options.exact,
    )  # fmt: skip
    sys.stdout.write(f"{options.target}: {size} bytes\n")


def _needs(options: argparse.Namespace) -> None:
    from ingest.training.run import add_needs

    count = add_needs(_workspace(options), options.lessons, model=options.model)
    sys.stdout.write(f"{options.model}: {count} needs\n")


def _peaks(options: argparse.Namespace) -> None:
    from ingest.training.lessons import read_lessons
    from ingest.training.question_peaks import add_question_peaks

    count = add_question_peaks(read_lessons(options.lessons), model=options.model)
    sys.stdout.write(f"{options.model}: peaks of {count} questions\n")


def _rerank(options: argparse.Namespace) -> None:
    from ingest.training.reranker_run import train_reranker

    scores = train_reranker(
        _workspace(options), options.lessons, model=options.model,
        corpus=options.corpus / PAIRS_FILE if options.corpus else None,
        lessons_minutes=options.lessons_minutes, minutes=options.minutes, newest=options.newest,
        kept_share=options.kept_share, fast=not options.exact,
    )  # fmt: skip
    for name, value in scores.items():
        sys.stdout.write(f"{name}\t{value:.4f}\n")


def _second_reader(options: argparse.Namespace) -> None:
    from ingest.training.prepare import MONOLINGUAL_FILE
    from ingest.training.second_reader_run import train_second_reader

    corpus: Path | None = options.corpus
    scores = train_second_reader(
        _workspace(options), options.lessons, model=options.model,
        corpus=(corpus / PAIRS_FILE, corpus / MONOLINGUAL_FILE) if corpus else None,
        minutes=options.minutes, layers=options.layers, newest=options.newest,
        kept_share=options.kept_share, fast=not options.exact,
    )  # fmt: skip
    for name, value in scores.items():
        sys.stdout.write(f"{name}\t{value:.4f}\n")


def _words(options: argparse.Namespace) -> None:
    from ingest.training.words import common_stems, common_words

    listed = common_stems if options.language == "ru" else common_words
    words = listed(options.corpus / PAIRS_FILE, options.lessons)
    options.target.write_text("\n".join(words) + "\n", encoding="utf-8")


def _terms(options: argparse.Namespace) -> None:
    from ingest.training.terms import documented_terms, everyday_terms, table_of

    lines = table_of(documented_terms(options.corpus), everyday_terms(options.lessons))
    options.target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _all(options: argparse.Namespace) -> None:
    from ingest.training.prepare import ROWS_FILE, TOKENIZER_FILE

    if not (options.run / TOKENIZER_FILE).is_file():
        _vocab(options)
    if not (options.run / ROWS_FILE).is_file():
        _align(options)
    stages: list[tuple[Stage, Stage | None, float]] = [
        ("frozen", None, options.frozen_minutes),
        ("full", "frozen", options.full_minutes),
    ]
    for options.stage, options.start, options.minutes in stages:
        _train(options)
    options.stage = "full"
    _export(options)


def _workspace(options: argparse.Namespace) -> Workspace:
    import torch

    from ingest.training.workspace import Workspace

    if options.threads:
        torch.set_num_threads(options.threads)
    name = options.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    goes_on = options.model if options.step == "everyday" else None
    return Workspace(options.run, torch.device(name), goes_on)


_STEPS = {
    "vocab": _vocab,
    "align": _align,
    "train": _train,
    "evaluate": _evaluate,
    "export": _export,
    "tune": _tune,
    "everyday": _everyday,
    "tokens": _tokens,
    "vaults": _vaults,
    "needs": _needs,
    "peaks": _peaks,
    "rerank": _rerank,
    "second-reader": _second_reader,
    "words": _words,
    "terms": _terms,
    "all": _all,
}

if __name__ == "__main__":
    sys.exit(main())
