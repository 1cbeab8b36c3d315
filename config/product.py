"""What the program is called, and by which number: towards publishers, in files, on `--version`."""

from __future__ import annotations

from importlib import metadata

PRODUCT = "DigitalBridgeMonitor"


def product_version() -> str:
    """The installed version; "0" for a checkout that is not installed."""
    try:
        return metadata.version("digital-bridge-monitor")
    except metadata.PackageNotFoundError:
        return "0"


def default_user_agent(contact: str | None = None) -> str:
    """ "DigitalBridgeMonitor/<version> (+<contact>)": who we are and where to complain."""
    name = f"{PRODUCT}/{product_version()}"
    return f"{name} (+{contact})" if contact else name
