"""How known shops sign and name their events; every part can be set in sources.yaml instead."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from ingest.configs import WebhooksSource


@dataclass(frozen=True)
class Sender:
    """Where a delivery carries its signature, and an event its type and id.

    Attributes:
        scheme: How it is signed: `hex`, `base64` or `timestamped`.
        signature_header: The header with the signature.
        type_header: The header with the event's type.
        id_header: The header with the id of the delivery.
        type_field: Without the header, the field of the body; dots lead inside.
        id_field: The same for the id; without any, the id is a hash of the body.
    """

    scheme: str
    signature_header: str
    type_header: str | None = None
    id_header: str | None = None
    type_field: str | None = None
    id_field: str | None = None


SENDERS = {
    "generic": Sender("hex", "X-Signature-256", "X-Event-Type", "X-Event-Id", "type"),
    "shopify": Sender("base64", "X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "X-Shopify-Webhook-Id"),
    "woocommerce": Sender(
        "base64", "X-WC-Webhook-Signature", "X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID"
    ),
    "stripe": Sender("timestamped", "Stripe-Signature", type_field="type", id_field="id"),
}


def sender_of(config: WebhooksSource) -> Sender:
    """What the source declares, over what is known about its sender."""
    given = {field.name: getattr(config, field.name) for field in fields(Sender)}
    declared = {name: value for name, value in given.items() if value is not None}
    return replace(SENDERS[config.sender], **declared)
