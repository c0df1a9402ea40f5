"""The program `netipl`, without its libraries: Ctrl-C while they load ends it as quietly as later."""

import sys


def main() -> None:
    """Entry point; see `netipl.cli.main`."""
    try:
        from netipl.cli.main import main as run  # noqa: PLC0415  (takes a second)
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
