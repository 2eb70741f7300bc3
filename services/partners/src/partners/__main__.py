"""`python -m partners serve | api | worker | migrate`."""

from partners.service import build, migrate
from partners.settings import Settings
from web.process import main

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
