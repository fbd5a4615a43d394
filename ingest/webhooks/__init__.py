"""The receiver of webhook events: an ASGI app that answers when an event is safely on disk."""
