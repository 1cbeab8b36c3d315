"""The names of an article's marks, apart from what finds them: that loads the parsers."""

PARTIAL, LIVE = "partial", "live"
