"""The routes under ``/emulator/`` by which a test steers the emulator, on a port of their own.

``POST configure`` ``{"stt": {"final_ms": 50}}`` changes the behaviour, ``POST plan`` ``[{fault}]``
replaces the planned faults, ``POST outage`` ``{"service": "stt", "seconds": 2}`` closes a port for
a time, ``POST reset`` goes back to the beginning. ``GET journal?since=N`` returns the entries,
``POST wait`` ``{"wanted": {"event": "final"}, "times": 1, "since": 0, "timeout_s": 5}`` answers as
soon as there are such entries, with 408 if there are not in time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from pydantic import TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.google_emulator.behaviour import ServiceName
from tests.google_emulator.endpoints import Endpoint
from tests.google_emulator.faults import Fault
from tests.google_emulator.state import EmulatorState

FAULTS = TypeAdapter(list[Fault])
DONE = 204


class Control:
    """Answers the requests of a test.

    Args:
        state: What the services share.
        endpoints: The ports of the services, which an outage closes.
    """

    def __init__(self, state: EmulatorState, endpoints: Mapping[ServiceName, Endpoint]):
        self._state = state
        self._endpoints = endpoints
        self._outages: dict[ServiceName, asyncio.TimerHandle] = {}
        self._opening: set[asyncio.Task[None]] = set()

    def create_app(self) -> Starlette:
        """Return the application with the routes."""
        return Starlette(
            routes=[
                _post("configure", self.configure),
                _post("plan", self.plan),
                _post("outage", self.outage),
                _post("reset", self.reset),
                _post("wait", self.wait),
                Route("/emulator/journal", self.journal),
            ],
            exception_handlers={ValueError: _refuse},
        )

    async def configure(self, request: Request) -> Response:
        """Change the behaviour of services."""
        for service, changes in (await request.json()).items():
            self._state.behaviour.change(service, changes)
        return Response(status_code=DONE)

    async def plan(self, request: Request) -> Response:
        """Replace the planned faults."""
        self._state.faults.replace(FAULTS.validate_python(await request.json()))
        return Response(status_code=DONE)

    async def outage(self, request: Request) -> Response:
        """Close the port of a service for a time; answers once it is closed."""
        body = await request.json()
        service: ServiceName = body["service"]
        await self._endpoints[service].close()
        self._outages[service] = asyncio.get_running_loop().call_later(
            float(body["seconds"]), self._open_soon, service
        )
        return Response(status_code=DONE)

    def _open_soon(self, service: ServiceName) -> None:
        del self._outages[service]
        task = asyncio.create_task(self._endpoints[service].open())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def reset(self, _request: Request) -> Response:
        """Go back to the default behaviour and open every port."""
        for service, outage in list(self._outages.items()):
            outage.cancel()
            self._open_soon(service)
        await asyncio.gather(*self._opening)
        self._state.reset()
        return Response(status_code=DONE)

    async def journal(self, request: Request) -> Response:
        """Return the entries of the journal."""
        since = int(request.query_params.get("since", "0"))
        return JSONResponse(self._state.journal.entries(since))

    async def wait(self, request: Request) -> Response:
        """Wait for entries of the journal."""
        body = await request.json()
        try:
            async with asyncio.timeout(body["timeout_s"]):
                return JSONResponse(
                    await self._state.journal.wait(body["wanted"], body["times"], body["since"])
                )
        except TimeoutError:
            return JSONResponse(self._state.journal.entries()[-20:], status_code=408)


def _post(name: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(f"/emulator/{name}", endpoint, methods=["POST"])


async def _refuse(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=400)
