"""`python -m headroom_cli` is `headroom`."""

from headroom_cli.cli import main

if __name__ == "__main__":
    main()
