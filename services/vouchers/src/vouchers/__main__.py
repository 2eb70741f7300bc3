"""`python -m vouchers serve | api | worker | migrate`."""

from chassis.process import main
from vouchers.service import build, migrate
from vouchers.settings import Settings

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
