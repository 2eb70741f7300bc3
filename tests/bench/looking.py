"""How long pages take on the data that is there, each as the person who looks at it."""

import time
from dataclasses import dataclass

import httpx

from tests.e2e.stack import Stack

TIMES = 60
PAGES = (
    ("nadia", "referrals", "/sent"),
    ("camille", "referrals", "/"),
    ("lucas", "partners", "/"),
    ("helene", "partners", "/organisations"),
    ("camille", "scheduling", "/"),
    ("manon", "scheduling", "/"),
    ("thomas", "vouchers", "/"),
    ("thomas", "vouchers", "/settlements"),
    ("helene", "reporting", "/"),
)


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and how long 95 of 100 looks take at most."""

    name: str
    p95_ms: float


async def measure(stack: Stack) -> list[Page]:
    """Each page, one look after the other."""
    return [await _page(stack, *one) for one in PAGES]


async def _page(stack: Stack, login: str, service: str, path: str) -> Page:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        await client.get(f"{stack.url('partners')}/sign-in/as/{login}")
        took = []
        for _ in range(TIMES):
            begin = time.perf_counter()
            answer = await client.get(stack.url(service) + path, headers={"accept": "text/html"})
            took.append((time.perf_counter() - begin) * 1000)
            answer.raise_for_status()
    return Page(f"{service} {path} ({login})", sorted(took)[int(TIMES * 0.95)])
