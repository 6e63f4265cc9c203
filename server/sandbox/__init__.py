"""The sandbox: a Docker daemon of our own, and the commands that run on it.

The names below are what the rest of the program uses; nothing here imports the Docker SDK before a
daemon is talked to.
"""
