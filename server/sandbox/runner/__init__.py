"""The runner: each typed action as requests to the daemon, told as the docker CLI would tell it."""
