"""`python -m scheduling serve | api | worker | migrate`."""

from chassis.process import main
from scheduling.service import build, migrate
from scheduling.settings import Settings

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
