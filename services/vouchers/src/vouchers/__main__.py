"""`python -m vouchers serve | api | worker | migrate`."""

from vouchers.service import build, migrate
from vouchers.settings import Settings
from web.process import main

if __name__ == "__main__":
    main(build, migrate, settings=Settings)
