"""``python -m maskanyone`` is the command ``maskanyone``."""

from maskanyone.cli import main

if __name__ == "__main__":
    main()
