"""`/metrics`: how sources are doing, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Flask, Response

from ..engine.live.bringing import LAGS
from ..engine.live.figures import totals
from ..engine.store.database import Store
from .access import settings
from .database import reading
from .problems import Problem

if TYPE_CHECKING:
    from prometheus_client import Metric


def register(app: Flask) -> None:
    """Serves it, to whoever may read the pages."""

    @app.get("/metrics")
    def metrics() -> Response:
        try:
            from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        except ImportError:
            raise Problem(
                404,
                "Not installed",
                "Figures need a package: pip install 'leadwright[metrics]'.",
            ) from None
        registry = CollectorRegistry()
        registry.register(_Figures(reading(settings())))
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _Figures:
    """Reads the counts of the record when they are asked for: they survive a restart."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def collect(self) -> Iterator[Metric]:
        """Messages by source and what became of them, and how soon they were stored and scored."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        messages = CounterMetricFamily(
            "leadwright_messages", "Messages by source and what became of them.", labels=("source", "became")
        )
        lags = {
            what: HistogramMetricFamily(
                f"leadwright_{what}_seconds",
                f"Seconds from the receipt of a message until it was {what}.",
                labels=("source",),
            )
            for what in ("stored", "scored")
        }
        for name, counts, within in totals(self.store):
            for became, count in counts.items():
                messages.add_metric((name, became), count)
            for what, family in lags.items():
                buckets, seen = [], 0
                for lag in LAGS:
                    seen += within[what].get(lag, 0)
                    buckets.append((str(lag), float(seen)))
                buckets.append(("+Inf", float(sum(within[what].values()))))
                family.add_metric((name,), buckets, None)
        yield messages
        yield from lags.values()
