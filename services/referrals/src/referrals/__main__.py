"""`python -m referrals serve | api | worker | migrate`."""

from referrals.service import build, migrate
from referrals.settings import Settings
from web.process import main

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
