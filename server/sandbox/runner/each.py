"""`docker rm $(docker ps -aq)`: an action on everything that a listing shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kb.commands.actions import (
    ForEachListed,
    ListImages,
    Listing,
    ListNetworks,
    ListVolumes,
)
from server.sandbox.runner.job import Job, execute
from server.sandbox.runner.listings import filter_map
from server.sandbox.runner.table import short_id

if TYPE_CHECKING:
    from docker import APIClient


@execute.register
def for_each_listed(action: ForEachListed, job: Job) -> int:
    """List, then act on what was listed; nothing where nothing was."""
    names = listed_names(action.listing, job.client)
    if not names:
        job.say("nothing_listed")
        return 0
    return execute(replace(action.action, targets=(*action.action.targets, *names)), job)


def listed_names(listing: Listing, client: APIClient) -> list[str]:
    """Return the ids, or the volumes' names, that a listing shows."""
    filters = filter_map(listing.filters)
    found: Sequence[Mapping[str, Any]]
    if isinstance(listing, ListVolumes):
        volumes: Mapping[str, Any] = client.volumes(filters=filters)
        return [str(each["Name"]) for each in volumes.get("Volumes") or []]
    if isinstance(listing, ListImages):
        found = client.images(all=listing.all, name=listing.reference, filters=filters)
    elif isinstance(listing, ListNetworks):
        found = client.networks(filters=filters)
    else:
        limit = listing.last if listing.last is not None else -1
        found = client.containers(all=listing.all, limit=limit, filters=filters)
    return list(dict.fromkeys(short_id(str(each["Id"])) for each in found))
