"""A pipeline of three actors under a supervisor, and one of them is flaky.

    python examples/actors/pipeline.py

Orders go from `intake` to `pricing` and on to `ledger`. The service that `pricing` talks to hangs up after every fourth
question. Its supervisor starts it again with a new connection, `intake` asks again, and no order is lost. The exit code
is 1 when one was.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from dataclasses import dataclass
from typing import Any

from airssys.actors import (
    Actor,
    ActorExited,
    ActorRef,
    ActorSystem,
    Backoff,
    ChildSpec,
    Context,
    Event,
    Restarted,
    Subscription,
    SupervisorSpec,
)

ORDERS = 20
#: Questions that the price service answers before it hangs up.
PATIENCE = 4
#: Seconds that one step may take.
TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """So many pieces of something."""

    number: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """An order, and what it costs."""

    order: Order
    price: int


class PriceService:
    """Stands in for something far away that hangs up now and then."""

    def __init__(self) -> None:
        self.asked = 0

    async def price(self, order: Order) -> int:
        self.asked += 1
        await asyncio.sleep(0.001)
        if self.asked > PATIENCE:
            raise ConnectionError("the price service hung up")
        return order.pieces * 3


class Pricing(Actor):
    """Knows prices. It does not mend its connection: it fails, and the next one begins with a new connection."""

    async def pre_start(self, context: Context) -> None:
        self.service = PriceService()

    async def handle(self, message: Order, context: Context) -> Priced:
        return Priced(order=message, price=await self.service.price(message))


class Ledger(Actor):
    """Keeps what was priced, each order once; asked for it, it tells."""

    def __init__(self) -> None:
        self.entries: dict[int, Priced] = {}

    async def handle(self, message: Any, context: Context) -> list[Priced] | None:
        if isinstance(message, Priced):
            self.entries[message.order.number] = message
            return None
        return list(self.entries.values())


class Intake(Actor):
    """Takes orders one at a time, has them priced and written down. It finds the other stages by their names."""

    async def handle(self, message: Order, context: Context) -> None:
        pricing, ledger = context.whereis("pricing"), context.whereis("ledger")
        if not isinstance(pricing, ActorRef) or not isinstance(ledger, ActorRef):
            raise LookupError("a stage is missing")
        context.tell(ledger, await self.price(pricing, message, context))

    async def price(self, pricing: ActorRef, order: Order, context: Context) -> Priced:
        """Ask until there is an answer; who fails tells at once, and the next question waits for the restart."""
        while True:
            try:
                priced: Priced = await context.ask(pricing, order, TIMEOUT)
            except ActorExited:
                continue
            return priced


#: Whoever is needed by others starts before them, and stops after them.
PIPELINE = SupervisorSpec(
    children=(
        ChildSpec(id="ledger", start=Ledger, name="ledger"),
        ChildSpec(id="pricing", start=Pricing, name="pricing"),
        ChildSpec(id="intake", start=Intake, name="intake"),
    ),
    max_restarts=ORDERS // PATIENCE,
    period_seconds=5.0,
    backoff=Backoff(initial_seconds=0.01, max_seconds=0.05),
)


async def main() -> int:
    logging.getLogger("airssys.actors").setLevel(logging.CRITICAL)  # the events tell the same, in one line each
    print(f"A pipeline with a flaky stage: {ORDERS} orders go through intake, pricing and ledger.")
    async with ActorSystem() as system:
        events = system.events()
        pipeline = await system.supervise(PIPELINE, id="pipeline")
        for number in range(ORDERS):
            await pipeline.actor("intake").ask(Order(number=number, pieces=number + 1), TIMEOUT)
        entries: list[Priced] = await pipeline.actor("ledger").ask("everything", TIMEOUT)
        tell_restarts(events)
        print(system.tree())
    worth = sum(entry.price for entry in entries)
    print(f"{len(entries)} of {ORDERS} orders are in the ledger, worth {worth} in all; none was lost.")
    return 0 if len(entries) == ORDERS else 1


def tell_restarts(events: Subscription[Event]) -> None:
    """Print what the supervisor decided."""
    while (event := events.get_nowait()) is not None:
        if isinstance(event, Restarted):
            wait = event.delay_seconds * 1000
            print(f"  {event.ref.id} {event.reason}; its supervisor starts it again in {wait:.0f} ms")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
