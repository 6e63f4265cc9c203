"""The docker command line: understood, explained, filled in and judged. Pure functions.

From a note to an action, in the order in which a command passes:

- `extract` finds command lines in a chunk's code; `offer` makes what the answer shows of one.
- `tokens`, `grammar` read a line as the docker client would; `spec` holds its tables (`data/`).
- `slots`, `placeholders`, `values` know what can be edited and what can stand there.
- `policy` refuses, or has a reader (`read_*`) make the typed action in `actions`; `plan` is both.
- `body` writes the request for a container, `body_check` looks at it once more; `hardening` and
  `api_filter` do the same for another program's requests; `compose` and `dockerfile` read files.
- `texts` says everything in both languages.
"""
