"""`python -m scheduling serve | api | worker | migrate`."""

from scheduling.service import build, migrate
from scheduling.settings import Settings
from web.process import main

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
