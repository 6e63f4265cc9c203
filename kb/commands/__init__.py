"""The docker command line: understood, explained, filled in and judged. Pure functions.

From a note to an action, in the order in which a command passes:

- `extract` finds command lines in a chunk's code; `offer` makes what the answer shows of one, and
  `plan` what is executed. `naming` finds the commands that a text names.
- `line` reads a line as the docker client would; `spec` holds its tables (`data/`).
- `slots` knows what can be edited, `values` what can stand there.
- `policy` refuses, or has one of the `readers` make the typed action in `actions`; `judging` has
  its steps in order, `loop` the one idiom of the shell that is understood, `suggest` what to run
  instead of a line that is refused. `limits` is how much a container may take.
- `container` is a container as it is described, in a command or a file, and how that is read.
- `requests` writes the request for a container, looks at it once more, and judges those of
  another program; `compose` and `dockerfile` judge files, `own_files` those that a note brings.
- `messages` explains a line, its help, what it removes and what is taken; `texts` says everything
  in both languages.

Imports point one way here too: the contract "inside kb.commands" in `pyproject.toml`.
"""
