"""The composition root: everything of a process is created here, and nothing when imported."""

from datetime import timedelta
from urllib.parse import urlsplit

from fastapi import FastAPI

from chassis import migrate as chassis_migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics as ChassisMetrics
from chassis.relay import Relay
from contracts.topics import DIRECTORY, INTAKE, PARTNERS, partner_out
from partners.entrypoints import (
    access,
    api,
    events,
    inbound,
    pages,
    problems,
    sign_in,
    submissions,
    timers,
    tokens,
)
from partners.entrypoints.context import Context
from partners.entrypoints.doors import doors
from partners.entrypoints.outbound import wire
from partners.gateways.tokens import Signer
from partners.metrics import Metrics
from partners.settings import Settings, private_key
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier
from web.process import Service

SOURCE = "/partners"


def build(settings: Settings) -> Service:
    """The service as the settings want it; nothing is opened before it is started."""
    clock = SystemClock()
    database = Database.connect(settings.database_url, clock=clock, source=SOURCE, outbound=wire)
    shared = ChassisMetrics()
    here = Context(
        settings=settings,
        database=database,
        signer=Signer(private_key(settings.signing_key.get_secret_value()), issuer=settings.issuer),
        metrics=Metrics(shared.registry),
    )
    wait = timedelta(seconds=settings.intent_wait_s)
    slugs = settings.door_slugs
    consumers = Consumers(
        (
            *inbound.subscriptions(metrics=here.metrics, kafka_doors=slugs),
            *doors(slugs, metrics=here.metrics, wait=wait),
        ),
        database=database,
        kafka=settings.kafka,
        instance=settings.instance,
        metrics=shared,
        intent_wait=wait,
    )
    return Service(
        name="partners",
        settings=settings,
        app=application(here, shared),
        database=database,
        topics=(DIRECTORY, PARTNERS, INTAKE, *map(partner_out, sorted(slugs))),
        consumers=consumers,
        relay=Relay(settings.database_url, kafka=settings.kafka, clock=clock, metrics=shared),
        timers=timers.timers(here),
    )


def application(here: Context, metrics: ChassisMetrics) -> FastAPI:
    """The routes; those of the personas only where the settings have them."""
    settings = here.settings

    async def own_keys() -> dict[str, object]:
        # Over HTTP this process would ask itself, and be unready until it answers.
        return here.signer.public_keys()

    info = ServiceInfo(
        name="partners",
        title="Partenaires",
        settings=settings,
        templates="partners",
        navigation=pages.NAVIGATION,
        search_url="/",
        trusted_origins=settings.sibling_urls,
    )
    app = create_app(
        info,
        routers=[
            tokens.router,
            events.router,
            submissions.router,
            api.router,
            access.router,
            pages.router,
            *([sign_in.router] if settings.personas else []),
        ],
        database=here.database,
        verifier=TokenVerifier(
            settings.jwks_url, issuer=settings.issuer, database=here.database, fetch=own_keys
        ),
        metrics=metrics,
    )
    app.state.context = here
    problems.install(app)
    return app


def migrate(settings: Settings) -> None:
    """Bring the database to the newest shape, as its owner; the service's own role is granted."""
    role = urlsplit(settings.database_url).username
    if settings.migration_database_url is not None and role is not None:
        chassis_migrate.upgrade("partners", settings.migration_database_url, role=role)
