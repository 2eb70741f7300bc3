"""`python -m reporting serve | api | worker | migrate | rebuild`."""

from reporting.entrypoints import rebuild
from reporting.service import build, migrate
from reporting.settings import Settings
from web.process import main

if __name__ == "__main__":
    main(build, migrate, settings=Settings, commands={"rebuild": rebuild.run})
