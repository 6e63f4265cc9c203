"""The command line."""


def main() -> None:
    """Run `kb`."""
    from server.cli.program import main as run

    run()
