"""The one place that imports the HTTP stack, so that a successor of httpx is one change."""

import httpcore
import httpx

__all__ = ["httpcore", "httpx"]
