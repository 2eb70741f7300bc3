"""The composition root: what a referrals process is made of."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI

from chassis import metrics as chassis_metrics
from chassis import migrate as chassis_migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.relay import Relay
from contracts.topics import OUTWARD_IDS, REFERRALS
from referrals.entrypoints import api, counts_api, pages, redirect_page, referral_page, send_page
from referrals.entrypoints.inbound import subscriptions
from referrals.entrypoints.outbound import wire
from referrals.metrics import Metrics
from referrals.settings import Settings
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier
from web.process import Service

SOURCE = "/referrals"
TITLE = "Orientations"


def build(settings: Settings) -> Service:
    """Everything, connected; nothing is opened yet."""
    clock = SystemClock()
    series = chassis_metrics.Metrics()
    metrics = Metrics(series.registry)
    database = Database.connect(settings.database_url, clock=clock, source=SOURCE, outbound=wire)
    return Service(
        name="referrals",
        settings=settings,
        app=build_app(settings, database=database, series=series, metrics=metrics),
        database=database,
        topics=(REFERRALS, OUTWARD_IDS),
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


def build_app(
    settings: Settings, *, database: Database, series: chassis_metrics.Metrics, metrics: Metrics
) -> FastAPI:
    """The HTTP side alone."""
    app = create_app(
        ServiceInfo(
            name="referrals",
            title=TITLE,
            settings=settings,
            templates="referrals",
            navigation=pages.NAVIGATION,
            search_url="/search",
            # The form that keeps a seat, on a referral's page, leads there.
            trusted_origins=(settings.scheduling_url,),
        ),
        routers=[
            api.router,
            counts_api.router,
            pages.router,
            referral_page.router,
            redirect_page.router,
            send_page.router,
        ],
        database=database,
        verifier=TokenVerifier(settings.jwks_url, issuer=settings.issuer, database=database),
        metrics=series,
    )
    app.state.service_metrics = metrics
    app.state.scheduling_url = settings.scheduling_url
    return app


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape, as its owner."""
    if settings.migration_database_url is not None:
        role = urlsplit(settings.database_url).username or "referrals"
        chassis_migrate.upgrade("referrals", settings.migration_database_url, role=role)
