"""`GET /metrics`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from server.metrics import CONTENT_TYPE
from server.routes.shared import ServicesDep, errors

router = APIRouter(tags=["metrics"])


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={**errors(), 200: {"content": {"text/plain": {"example": "kb_notes 12.0\n"}}}},
)
def get_metrics(services: ServicesDep) -> Response:
    """Return questions, latencies, syncs and runs in Prometheus's text format."""
    return Response(services.metrics.exposition(), media_type=CONTENT_TYPE)
