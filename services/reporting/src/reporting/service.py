"""The composition root: what a reporting process is made of."""

from datetime import timedelta
from urllib.parse import urlsplit

from chassis import metrics as chassis_metrics
from chassis import migrate as chassis_migrate
from chassis.clock import Clock, SystemClock
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from reporting.application.live import LogWatch
from reporting.entrypoints import (
    api,
    exports,
    live,
    live_dashboard,
    pages,
    territory_pages,
    timers,
)
from reporting.entrypoints.inbound import subscriptions
from reporting.entrypoints.rebuild import SOURCE, bring_up_to_date
from reporting.metrics import Metrics
from reporting.settings import Settings
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier
from web.process import Service, Timer

TITLE = "Suivi et chiffres"


def build(settings: Settings, *, clock: Clock | None = None) -> Service:
    """Everything, connected; nothing is opened yet. The days of the pages follow from the clock."""
    series = chassis_metrics.Metrics()
    metrics = Metrics(series.registry)
    database = Database.connect(settings.database_url, clock=clock or SystemClock(), source=SOURCE)
    watch = LogWatch(
        database,
        followers_max=settings.live_streams_max,
        followers_per_reader_max=settings.live_streams_per_reader_max,
    )
    metrics.live_streams.set_function(lambda: watch.followers)
    app = create_app(
        ServiceInfo(
            name="reporting",
            title=TITLE,
            settings=settings,
            templates="reporting",
            navigation=pages.NAVIGATION,
            search_url="/journeys",
        ),
        routers=[
            *(api.router, pages.router, live_dashboard.router),
            *(exports.router, territory_pages.router),
        ],
        database=database,
        verifier=TokenVerifier(settings.jwks_url, issuer=settings.issuer, database=database),
        metrics=series,
        lifespan=live.watching(watch),
    )
    return Service(
        name="reporting",
        settings=settings,
        app=app,
        database=database,
        consumers=Consumers(
            subscriptions(metrics, written=watch.expect),
            database=database,
            kafka=settings.kafka,
            instance=settings.instance,
            metrics=series,
            intent_wait=timedelta(seconds=settings.intent_wait_s),
        ),
        timers=[
            Timer(name="measure-log", every_s=15, run=timers.measure_log(database, metrics)),
        ],
    )


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape, as its owner, and the figures to the newest fold."""
    if settings.migration_database_url is not None:
        role = urlsplit(settings.database_url).username or "reporting"
        chassis_migrate.upgrade("reporting", settings.migration_database_url, role=role)
        bring_up_to_date(settings)
