"""Train the bilingual embedder: `python -m ingest.training --help`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import KbError

if TYPE_CHECKING:
    from ingest.training.distillation import Stage
    from ingest.training.workspace import Workspace

PAIRS_FILE = "pairs.tsv.gz"
DEV_FILE = "dev.tsv"
_FROZEN_MINUTES = 30.0
_FULL_MINUTES = 60.0
_WITHOUT_CORPUS = frozenset({"export", "vaults", "needs", "peaks", "rerank", "second-reader"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; return the exit status."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        _STEPS[options.step](options)
    except KbError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest.training",
        description="Train a Russian and English sentence embedder from all-MiniLM-L6-v2.",
        epilog="Steps in order: vocab, align, train --stage frozen, train --stage full, evaluate, "
        "export, tune, everyday, tokens, vaults, needs, peaks, rerank, second-reader; `all` does "
        "those up to export one after another. A step that was stopped goes on when given again.",
    )
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    vocab = _step(steps, "vocab", "learn a Russian vocabulary and append it to the teacher's")
    _add_vocab(vocab)
    align = _step(steps, "align", "give each new token a start from the tokens it aligns with")
    _add_align(align)
    train = _step(steps, "train", "distil the teacher; resumes its own checkpoint")
    train.add_argument("--stage", choices=["frozen", "full"], required=True)
    train.add_argument("--minutes", type=float, required=True, help="training time")
    train.add_argument("--from", dest="start", metavar="STAGE", help="start as that stage ended")
    _add_train(train)
    evaluate = _step(steps, "evaluate", "score a model folder, or the teacher, on held-out pairs")
    evaluate.add_argument("model", help="a folder, or `teacher`")
    export = _step(steps, "export", "write a stage's checkpoint as a SentenceTransformer folder")
    export.add_argument("--stage", choices=["initial", "frozen", "full"], default="full")
    _add_export(export)
    tune = _step(steps, "tune", "learn to find answers, from an exported folder; resumes")
    tune.add_argument("--model", type=Path, required=True, help="the folder to start from")
    tune.add_argument("--lessons", type=Path, default=Path("data/training"), help="notes to learn")
    tune.add_argument("--target", type=Path, required=True, help="folder to write")
    tune.add_argument("--epochs", type=int, default=24, help="how often each fact is asked for")
    tune.add_argument("--no-replay", action="store_true", help="without the teacher's replay")
    tune.add_argument("--exact", action="store_true", help="float32 throughout, about 3x slower")
    everyday = _step(steps, "everyday", "learn everyday Russian, the folder itself being teacher")
    everyday.add_argument("--model", type=Path, required=True, help="the folder to start from")
    everyday.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    everyday.add_argument("--target", type=Path, required=True, help="folder to write")
    everyday.add_argument("--minutes", type=float, default=20.0, help="training time")
    everyday.add_argument(
        "--kept-share", type=float, default=0.0,
        help="how much of the folder to mix into the weights, 0-1: keeps what it could do nearer",
    )  # fmt: skip
    everyday.add_argument("--evaluate-minutes", type=float, default=10.0, help="0: only at the end")
    everyday.add_argument("--exact", action="store_true", help="float32 throughout")
    tokens = _step(steps, "tokens", "make the token head of an exported folder, as tune does")
    tokens.add_argument("--model", type=Path, required=True, help="the folder to complete")
    tokens.add_argument("--lessons", type=Path, default=Path("data/training"), help="notes")
    _add_vaults(_step(steps, "vaults", "learn to find passages of vaults, with its needs; resumes"))
    needs = _step(steps, "needs", "add what people commonly need to an exported folder")
    needs.add_argument("--model", type=Path, required=True, help="the folder to complete")
    needs.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    peaks = _step(steps, "peaks", "add what lets an exported folder embed questions faster")
    peaks.add_argument("--model", type=Path, required=True, help="the folder to complete")
    peaks.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    _add_readers(steps)
    _add_tables(steps)
    whole = _step(steps, "all", "every step, from the corpus to the folder")
    _add_vocab(whole)
    _add_align(whole)
    _add_train(whole)
    whole.add_argument("--frozen-minutes", type=float, default=_FROZEN_MINUTES)
    whole.add_argument("--full-minutes", type=float, default=_FULL_MINUTES)
    _add_export(whole)
    return parser


def _step(
    steps: argparse._SubParsersAction[argparse.ArgumentParser], name: str, purpose: str
) -> argparse.ArgumentParser:
    step = steps.add_parser(
        name, help=purpose, description=purpose,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )  # fmt: skip
    step.add_argument(
        "--corpus", type=Path, required=name not in _WITHOUT_CORPUS,
        help=f"folder with {PAIRS_FILE}, {DEV_FILE} and, if any, ru_mono.txt.gz",
    )  # fmt: skip
    step.add_argument("--run", type=Path, required=True, help="folder of this run's files")
    step.add_argument("--device", default="auto", help="cpu, cuda or auto")
    step.add_argument("--threads", type=int, default=0, help="CPU threads; 0: all")
    return step


def _add_vocab(step: argparse.ArgumentParser) -> None:
    step.add_argument("--size", type=int, default=17000, help="tokens to append")
    step.add_argument("--vocab-pairs", type=int, default=300_000, help="pairs to learn it from")


def _add_align(step: argparse.ArgumentParser) -> None:
    step.add_argument("--align-pairs", type=int, default=200_000, help="pairs to align")


def _add_train(step: argparse.ArgumentParser) -> None:
    step.add_argument("--seed", type=int, default=1, help="order of the data")
    step.add_argument("--steps", type=int, help="stop a stage after so many steps")
    step.add_argument("--no-passages", action="store_true", help="sentences alone")
    step.add_argument("--no-phrases", action="store_true", help="without everyday phrases")
    step.add_argument("--evaluate-minutes", type=float, default=10.0, help="0: only at the end")
    step.add_argument("--exact", action="store_true", help="float32 throughout, about 3x slower")


def _add_tables(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    words = _step(steps, "words", "list the common words, for `kb/text/common_*.txt`")
    words.add_argument("--language", choices=["ru", "en"], default="ru", help="ru: their stems")
    words.add_argument("--lessons", type=Path, default=Path("data/training"), help="their folder")
    words.add_argument("--target", type=Path, required=True, help="file to write")
    terms = _step(steps, "terms", "learn translations of terms, for `kb/text/terms.tsv`")
    terms.add_argument("--lessons", type=Path, default=Path("data/training"), help="their folder")
    terms.add_argument("--target", type=Path, required=True, help="file to write")


def _add_vaults(step: argparse.ArgumentParser) -> None:
    step.add_argument("--model", type=Path, required=True, help="the folder to start from")
    step.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    step.add_argument("--target", type=Path, required=True, help="folder to write")
    step.add_argument("--minutes", type=float, default=22.0, help="training time")
    _add_newest(step)
    step.add_argument("--exact", action="store_true", help="float32 throughout")


def _add_readers(steps: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rerank = _step(steps, "rerank", "train what reads questions with chunks; resumes")
    rerank.add_argument("--model", type=Path, required=True, help="the folder it goes with")
    rerank.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    first = rerank.add_mutually_exclusive_group()
    first.add_argument("--lessons-minutes", type=float, default=14.0, help="over lessons alone")
    first.add_argument(
        "--go-on", dest="lessons_minutes", action="store_const", const=None,
        default=argparse.SUPPRESS, help="from the reranker that lies beside the model",
    )  # fmt: skip
    _add_going_on(rerank)
    rerank.add_argument("--minutes", type=float, default=47.0, help="over vaults and lessons")
    rerank.add_argument("--exact", action="store_true", help="float32 throughout")
    second = _step(steps, "second-reader", "train what reads beside the reranker; resumes")
    second.add_argument("--model", type=Path, required=True, help="its reranker is the teacher")
    second.add_argument("--lessons", type=Path, default=Path("data/training"), help="its folder")
    second.add_argument("--minutes", type=float, default=110.0, help="training time")
    start = second.add_mutually_exclusive_group()
    start.add_argument("--layers", type=int, default=6, help="of multilingual-e5-small's twelve")
    start.add_argument(
        "--go-on", dest="layers", action="store_const", const=None, default=argparse.SUPPRESS,
        help="from the second reader that lies beside the model",
    )  # fmt: skip
    _add_going_on(second)
    second.add_argument("--exact", action="store_true", help="float32 throughout")


def _add_going_on(step: argparse.ArgumentParser) -> None:
    _add_newest(step)
    step.add_argument(
        "--kept-share", type=float, default=0.5,
        help="with --go-on: how much of the weights before to mix in at the end, 0-1",
    )  # fmt: skip


def _add_newest(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--newest", type=int, default=0, metavar="NUMBER",
        help="the vaults from this number on are new: less is asked of the others",
    )  # fmt: skip


def _add_export(step: argparse.ArgumentParser) -> None:
    step.add_argument("--target", type=Path, required=True, help="folder to write")
    step.add_argument(
        "--frozen-share", type=float, default=0.0,
        help="how much of stage frozen to mix into the weights, 0-1: keeps English nearer",
    )  # fmt: skip


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
