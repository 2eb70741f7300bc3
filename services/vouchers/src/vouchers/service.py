"""The composition root: what a vouchers process is made of."""

from datetime import timedelta
from urllib.parse import urlsplit

from chassis import metrics as chassis_metrics
from chassis import migrate as chassis_migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.relay import Relay
from contracts import topics
from vouchers.entrypoints import api, closing, counter, counts, order_pages, ordering, pages
from vouchers.entrypoints.inbound import subscriptions
from vouchers.entrypoints.outbound import wire
from vouchers.metrics import Metrics
from vouchers.settings import Settings
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier
from web.process import Service

SOURCE = "/vouchers"
TITLE = "Pass numériques"


def build(settings: Settings) -> Service:
    """Everything, connected; nothing is opened yet."""
    clock = SystemClock()
    series = chassis_metrics.Metrics()
    metrics = Metrics(series.registry)
    database = Database.connect(settings.database_url, clock=clock, source=SOURCE, outbound=wire)
    app = create_app(
        ServiceInfo(
            name="vouchers",
            title=TITLE,
            settings=settings,
            templates="vouchers",
            navigation=pages.NAVIGATION,
        ),
        routers=[
            *(api.router, closing.router, ordering.router, counter.router, counts.router),
            *(closing.pages_router, order_pages.router, pages.router),
        ],
        database=database,
        verifier=TokenVerifier(settings.jwks_url, issuer=settings.issuer, database=database),
        metrics=series,
    )
    app.state.service_metrics = metrics
    return Service(
        name="vouchers",
        settings=settings,
        app=app,
        database=database,
        topics=(topics.VOUCHERS,),
        consumers=Consumers(
            subscriptions(metrics),
            database=database,
            kafka=settings.kafka,
            instance=settings.instance,
            metrics=series,
            intent_wait=timedelta(seconds=settings.intent_wait_s),
        ),
        relay=Relay(settings.database_url, kafka=settings.kafka, clock=clock, metrics=series),
    )


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape, as its owner; the service's own role is granted."""
    role = urlsplit(settings.database_url).username
    if settings.migration_database_url is not None and role is not None:
        chassis_migrate.upgrade("vouchers", settings.migration_database_url, role=role)
