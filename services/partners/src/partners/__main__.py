"""`python -m partners serve | api | worker | migrate`."""

from chassis.process import main
from partners.service import build, migrate
from partners.settings import Settings

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
