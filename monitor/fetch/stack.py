"""The one place that imports the HTTP stack, so that a successor of httpx is one change."""

import sys

# None in `sys.modules` says "absent". httpx's own command line would bring rich and pygments with
# it, an eighth of what a pass loads.
if "httpx" not in sys.modules:
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # what Python means by it

import httpcore
import httpx

__all__ = ["httpcore", "httpx"]
