"""`/api/sandbox`: the daemon and what is in it."""

from __future__ import annotations

import time

from fastapi import APIRouter

from server.routes.health import sandbox_health
from server.routes.shared import ServicesDep, errors
from server.sandbox.state import ContainerSummary, Inventory, PublishedPort
from server.schemas.status import (
    CleanedBody,
    CleanRequest,
    ContainerBody,
    ImageBody,
    NetworkBody,
    PublishedPortBody,
    SandboxBody,
    SandboxHealth,
    VolumeBody,
)

router = APIRouter(prefix="/api/sandbox", tags=["sandbox"])


@router.get("", summary="What is in the sandbox", responses=errors(503))
def get_sandbox(services: ServicesDep) -> SandboxBody:
    """Return the daemon's state, its containers, images, volumes, networks and ports."""
    health = sandbox_health(services)
    inventory = services.sandbox.inventory()
    return sandbox_body(health, inventory)


@router.post("/start", status_code=202, summary="Start the sandbox", responses=errors(503))
def start_sandbox(services: ServicesDep) -> SandboxHealth:
    """Start the daemon in the background; it also starts by itself with the first run."""
    services.sandbox.start(wait=False)
    return sandbox_health(services)


@router.post("/stop", summary="Stop the sandbox", responses=errors(503))
def stop_sandbox(services: ServicesDep) -> SandboxHealth:
    """End every run and the daemon; what is in the sandbox stays."""
    services.sandbox.stop()
    return sandbox_health(services)


@router.post("/reset", summary="Empty the sandbox", responses=errors(503))
def reset_sandbox(services: ServicesDep) -> SandboxHealth:
    """Delete everything in the sandbox and start it anew."""
    services.sandbox.reset()
    return sandbox_health(services)


@router.post("/clean", summary="Remove what is old and unused", responses=errors(409, 503))
def clean_sandbox(request: CleanRequest, services: ServicesDep) -> CleanedBody:
    """Remove stopped containers, dangling images and unused volumes older than a day.

    Without `confirm` nothing goes: the answer is 409 `needs_confirmation` with `victims`.
    """
    removed = services.sandbox.clean(confirm=request.confirm, language=request.language)
    return CleanedBody(removed=list(removed))


def sandbox_body(health: SandboxHealth, inventory: Inventory) -> SandboxBody:
    """Turn the sandbox into its wire shape."""
    containers = [_container_body(each) for each in inventory.containers]
    return SandboxBody(
        **health.model_dump(),
        containers=containers,
        images=[
            ImageBody(
                id=each.id,
                tags=list(each.tags),
                size_bytes=each.size_bytes,
                created=each.created,
                age_s=_age_s(each.created),
            )
            for each in inventory.images
        ],
        volumes=[
            VolumeBody(
                name=each.name, driver=each.driver, created=each.created, age_s=_age_s(each.created)
            )
            for each in inventory.volumes
        ],
        networks=[
            NetworkBody(id=each.id, name=each.name, driver=each.driver)
            for each in inventory.networks
        ],
        ports=[port for container in containers for port in container.ports],
    )


def _age_s(created: float) -> float:
    return max(0.0, time.time() - created) if created else 0.0


def _container_body(container: ContainerSummary) -> ContainerBody:
    return ContainerBody(
        id=container.id,
        name=container.name,
        image=container.image,
        command=container.command,
        state=container.state,
        status=container.status,
        created=container.created,
        age_s=_age_s(container.created),
        ports=[_port_body(port, container.name) for port in container.ports],
    )


def _port_body(port: PublishedPort, container: str) -> PublishedPortBody:
    return PublishedPortBody(
        container=container,
        container_port=port.container_port,
        protocol=port.protocol,
        host=port.host,
        host_port=port.host_port,
        url=port.url,
    )
