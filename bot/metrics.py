"""Figures for /metrics. Labels are channels and kinds, never people or texts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

RECEIVED = Counter("motcua_messages_received", "Messages that came in", ("channel", "how"), registry=REGISTRY)
REFUSED = Counter("motcua_requests_refused", "Requests refused at the door", ("door", "reason"), registry=REGISTRY)
ANSWERED = Counter("motcua_messages_answered", "Messages answered", ("channel", "decision"), registry=REGISTRY)
ANSWER_SECONDS = Histogram("motcua_answer_seconds", "From stored to answered, seconds", ("channel",), registry=REGISTRY)
FAILED_HANDLING = Counter("motcua_handler_failures", "Messages that made a handler fail", registry=REGISTRY)
SENT = Counter("motcua_messages_sent", "Messages the platform took", ("channel", "kind"), registry=REGISTRY)
SEND_FAILED = Counter("motcua_send_failures", "Failed tries to send", ("channel", "how"), registry=REGISTRY)
QUEUED = Gauge("motcua_outbox_queued", "Messages waiting to be sent", registry=REGISTRY)
PROCEDURES = Gauge("motcua_procedures", "Procedures in the knowledge", ("state",), registry=REGISTRY)
