"""`python -m medinstruct`."""

from medinstruct.cli import main

if __name__ == "__main__":
    main()
