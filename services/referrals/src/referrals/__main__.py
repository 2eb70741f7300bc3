"""`python -m referrals serve | api | worker | migrate`."""

from chassis.process import main
from referrals.service import build, migrate
from referrals.settings import Settings

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
