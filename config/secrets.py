"""Hides passwords before a setting is printed."""

from __future__ import annotations

import re

_MASK = "***"

# Whatever stands between "://user:" and the last "@" before the path: passwords may hold "@", "/".
_USERINFO = re.compile(r"(?P<before>://[^:/?#@\s]*):(?P<secret>\S*)@")
_PARAMETER = re.compile(r"(?i)(?P<before>[?&;](?:\w*password|passwd|secret|token|key)=)[^&;#\s]*")


def masked(text: str) -> str:
    """A URL with its password, and its parameters that name a secret, replaced by `***`."""
    text = _USERINFO.sub(rf"\g<before>:{_MASK}@", text)
    return _PARAMETER.sub(rf"\g<before>{_MASK}", text)
