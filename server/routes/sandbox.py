"""`/api/sandbox`: the daemon and what is in it."""

from __future__ import annotations

from fastapi import APIRouter

from server.routes.health import sandbox_health
from server.routes.shared import ServicesDep, errors
from server.sandbox.state import ContainerSummary, Inventory, PublishedPort
from server.schemas.status import (
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


def sandbox_body(health: SandboxHealth, inventory: Inventory) -> SandboxBody:
    """Turn the sandbox into its wire shape."""
    containers = [_container_body(each) for each in inventory.containers]
    return SandboxBody(
        **health.model_dump(),
        containers=containers,
        images=[
            ImageBody(
                id=each.id, tags=list(each.tags), size_bytes=each.size_bytes, created=each.created
            )
            for each in inventory.images
        ],
        volumes=[
            VolumeBody(name=each.name, driver=each.driver, created=each.created)
            for each in inventory.volumes
        ],
        networks=[
            NetworkBody(id=each.id, name=each.name, driver=each.driver)
            for each in inventory.networks
        ],
        ports=[port for container in containers for port in container.ports],
    )


def _container_body(container: ContainerSummary) -> ContainerBody:
    return ContainerBody(
        id=container.id,
        name=container.name,
        image=container.image,
        command=container.command,
        state=container.state,
        status=container.status,
        created=container.created,
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
