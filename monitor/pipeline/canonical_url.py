"""One address for one article.

`canonical_url` changes only what cannot change the answer, so its result can be requested: the
order of parameters, the scheme, "www." and a trailing slash stay as announced. Two addresses
that differ only there are told to be one by `same_article_key`, which is not an address.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from urllib.parse import quote, unquote, urljoin, urlsplit

import idna

from monitor.errors import InvalidUrl

# What servers and databases are sure to take; longer links are spam or broken markup.
LONGEST_URL = 2048

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\u3000\ufeff\ud800-\udfff\\]|\s")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//)?", re.I)
_AMPERSAND = re.compile(r"&(?:amp;|#0*38;|#x0*26;)+", re.I)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.I)
_ESCAPE = re.compile(r"%([0-9a-f]{2})", re.I)
_ENCODED_LETTERS = re.compile(r"(?:%[89A-F][0-9A-F])+")
_UNRESERVED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_SESSION = re.compile(r";jsessionid=[^/?;]*", re.I)

# Parameters that say where a reader came from. Names whose meaning differs between sites ("id",
# "p", "page", "ref", "source") stay, the last two unless their value is a channel's name.
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|at|otm|itm|hsa|hmb|ga|vero|oly_anon|oly_enc|_x_tr|fb_action|guce_referrer)_.*"
    r"|utm|_ga|_gl|gclid|gclsrc|gbraid|wbraid|dclid|gs_l|srsltid|usqp"
    r"|fbclid|fb_source|fb_ref|fb_comment_id|mibextid|igsh|igshid|twclid|ttclid|li_fat_id"
    r"|__twitter_impression|msclkid|yclid|ysclid|_openstat|ymclid|rb_clickid|clickid|wickedid"
    r"|mc_(?:cid|eid|tc)|mkt_tok|ml_subscriber(?:_hash)?|_hsenc|_hsmi|__hs[a-z]{2}|hsctatracking"
    r"|s_cid|s_kwcid|cmpid|wt_z?mc|wtrid|xtor|xtref|ocid|ns_[a-z]+|echobox|spm|ftag|ncid|tpcc"
    r"|traffic_source|tracking_source|aftr_source|this_affiliate|guccounter|soc_src|soc_trk"
    r"|sr_share|trk|nr_email_referer|phpsessid|jsessionid",
)
_ORIGIN = frozenset({"ref", "source", "src", "from", "via", "partner", "emc", "referrer"})
_CHANNELS = re.compile(
    r"rss|feed|rssfeed|atom|twitter|x|facebook|fb|telegram|tg|whatsapp|instagram|linkedin|vk|ok"
    r"|email|newsletter|social|share",
    re.I,
)

_MIRRORS = re.compile(r"^(?:(?:www|m|mobile|amp)\.)+(?=[^.]+\.)")
_AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html|\.amp\.html)/?$", re.I)
_AMP_QUERY = re.compile(r"(?:amp|outputtype=amp|amp=[^&]*|amp_[a-z_]+=[^&]*)", re.I)


def canonical_url(url: str, base: str | None = None) -> str:
    """The address to request and to keep. A relative `url` is resolved against `base`.

    Raises `InvalidUrl` for anything but an absolute http(s) address of at most 2,048 characters
    without user name, backslash, white space or control character.
    """
    url = url.strip()
    if not url or len(url) > LONGEST_URL:
        raise InvalidUrl(f"expected an address of 1 to {LONGEST_URL:,} characters: {len(url):,}")
    if _REFUSED.search(url):
        raise InvalidUrl(f"an address has no white space, control character or backslash: {url!r}")
    scheme = _SCHEME.match(url)
    if scheme and (scheme[1].lower() not in _DEFAULT_PORTS or not scheme[2]):
        raise InvalidUrl(f'expected an address that begins with "https://" or "http://": {url!r}')
    try:
        parts = urlsplit(_AMPERSAND.sub("&", urljoin(base, url) if base else url))
        port = parts.port
    except ValueError as error:
        raise InvalidUrl(f"not an address: {url!r} ({error})") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise InvalidUrl(f"expected an absolute http or https address: {url!r}")
    if "@" in parts.netloc or port == 0:
        raise InvalidUrl(f"an address has no user name, password or port 0: {url!r}")
    host = _host(parts.hostname)
    if port not in (None, _DEFAULT_PORTS[parts.scheme]):
        host = f"{host}:{port}"
    path = _without_dots(_encoded(_SESSION.sub("", parts.path), "/:@!$&'()*+,;="))
    query = _query(parts.query)
    result = f"{parts.scheme}://{host}{path}{'?' if query else ''}{query}"
    if len(result) > LONGEST_URL:
        raise InvalidUrl(f"longer than {LONGEST_URL:,} characters when encoded: {url[:80]!r}…")
    return result


def same_article_key(url: str) -> str:
    """An identity key, not an address: equal for addresses that lead to one article.

    Without scheme, "www.", "m.", "amp.", AMP suffixes and trailing slash, with sorted parameters
    and decoded characters. Raises `InvalidUrl` as `canonical_url` does.
    """
    parts = urlsplit(canonical_url(url))
    host = _MIRRORS.sub("", parts.netloc)
    path = re.sub("/{2,}", "/", parts.path)
    if path.startswith("/amp/") and len(path) > len("/amp/"):
        path = path.removeprefix("/amp")
    path = _AMP_PATH.sub("", path)
    query = sorted(one for one in parts.query.split("&") if one and not _AMP_QUERY.fullmatch(one))
    key = f"{host}{path.rstrip('/')}{'?' if query else ''}{'&'.join(query)}"
    return unicodedata.normalize("NFC", _ENCODED_LETTERS.sub(_letters, key))


def _letters(found: re.Match[str]) -> str:
    """Bytes that are no UTF-8 stay encoded; so do "/" and "?", which would change the meaning."""
    try:
        return unquote(found[0], errors="strict")
    except UnicodeDecodeError:
        return found[0]


def _host(host: str) -> str:
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]"
        except ValueError as error:
            raise InvalidUrl(f"not an IPv6 address: {host!r}") from error
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise InvalidUrl(f"not a host name: {host!r} ({error})") from error
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidUrl(f"not a host name: {host!r}")
    if _NUMBER.fullmatch(labels[-1]):
        # 2130706433, 0x7f.1 and 0177.0.0.1 are spellings of an address that only deceive.
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise InvalidUrl(f"not an IPv4 address: {host!r}") from error
    return host


def _query(query: str) -> str:
    kept = [_encoded(part, "/?:@!$'()*+,;=[]") for part in query.split("&") if part]
    return "&".join(part for part in kept if not _is_tracking(part))


def _is_tracking(part: str) -> bool:
    name, _, value = part.partition("=")
    name = unquote(name).lower()
    if _TRACKING.fullmatch(name) or part.lower() in ("rss", "rss=1"):
        return True
    return name in _ORIGIN and _CHANNELS.fullmatch(value) is not None


def _encoded(part: str, allowed: str) -> str:
    """Percent-encode what must be, decode what need not be, upper-case the rest."""
    part = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", part)
    return _ESCAPE.sub(_unescape, quote(part, safe=f"%{allowed}~"))


def _unescape(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return char if char in _UNRESERVED else found[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986, 5.2.4; empty segments stay, some servers mean them."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
