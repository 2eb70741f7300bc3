"""The composition root: what a scheduling process is made of."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI

from chassis import metrics as chassis_metrics
from chassis import migrate as chassis_migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.relay import Relay
from contracts import topics
from scheduling.entrypoints import (
    api,
    booking_pages,
    hold_pages,
    holds_api,
    pages,
    place_page,
    places_api,
    seats_api,
    session_page,
    sheet_page,
)
from scheduling.entrypoints.inbound import subscriptions
from scheduling.entrypoints.outbound import wire
from scheduling.entrypoints.timers import timers
from scheduling.metrics import Metrics
from scheduling.settings import Settings
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier
from web.process import Service

SOURCE = "/scheduling"
TITLE = "Lieux et rendez-vous"


def build(settings: Settings) -> Service:
    """Everything, connected; nothing is opened yet."""
    clock = SystemClock()
    series = chassis_metrics.Metrics()
    metrics = Metrics(series.registry)
    database = Database.connect(settings.database_url, clock=clock, source=SOURCE, outbound=wire)
    return Service(
        name="scheduling",
        settings=settings,
        app=build_app(settings, database=database, series=series, metrics=metrics),
        database=database,
        topics=(topics.SCHEDULING,),
        consumers=Consumers(
            subscriptions(metrics),
            database=database,
            kafka=settings.kafka,
            instance=settings.instance,
            metrics=series,
            intent_wait=timedelta(seconds=settings.intent_wait_s),
        ),
        relay=Relay(settings.database_url, kafka=settings.kafka, clock=clock, metrics=series),
        timers=timers(database),
    )


def build_app(
    settings: Settings, *, database: Database, series: chassis_metrics.Metrics, metrics: Metrics
) -> FastAPI:
    """The HTTP side alone."""
    app = create_app(
        ServiceInfo(
            name="scheduling",
            title=TITLE,
            settings=settings,
            templates="scheduling",
            navigation=pages.NAVIGATION,
            # The form that takes a seat on the spot stands on the referral's page.
            trusted_origins=(settings.referrals_url,),
        ),
        routers=[
            api.router,
            places_api.router,
            seats_api.router,
            holds_api.router,
            pages.router,
            place_page.router,
            session_page.router,
            sheet_page.router,
            booking_pages.router,
            hold_pages.router,
        ],
        database=database,
        verifier=TokenVerifier(settings.jwks_url, issuer=settings.issuer, database=database),
        metrics=series,
    )
    app.state.service_metrics = metrics
    return app


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape, as its owner; the service's own role is granted."""
    role = urlsplit(settings.database_url).username
    if settings.migration_database_url is not None and role is not None:
        chassis_migrate.upgrade("scheduling", settings.migration_database_url, role=role)
