"""Taking out of a page's tree what is no part of any article, before its text is looked for."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from monitor.pipeline.page_blocks import names_of
from monitor.pipeline.page_noise import (
    NOISE_TAGS,
    UNNAMED_TAGS,
    is_noise_element,
    is_noise_link,
    is_noise_name,
)

_NAMED = etree.XPath(
    "//body//*[@class or @id or @hidden or self::nav or self::aside or self::form or self::footer"
    " or self::dialog]"
)
_LINKING = etree.XPath("//p[.//a] | //h3[.//a] | //h4[.//a]")
# Whole names, not parts of names: "comments-open" stands on the body of every WordPress page.
_DISCUSSION_NAMES = """comments comment comment-list commentlist comments-area comment-respond
    comments-section comment-section comments-wrapper comments-container article-comments
    fb-comments respond disqus_thread"""
_DISCUSSIONS = frozenset(_DISCUSSION_NAMES.split())
_WHOLE_TEXT = 3
_BODY = etree.XPath("boolean(.//h1 | .//*[contains(@itemprop, 'articleBody')])")


def _may_be_noise(element: HtmlElement) -> bool:
    """Three elements of four have ordinary names, which are known after the first page."""
    return (
        is_noise_name(element.get("class"), _DISCUSSIONS)
        or is_noise_name(element.get("id"), _DISCUSSIONS)
        or element.tag in UNNAMED_TAGS
        or element.get("hidden") is not None
    )


def _is_discussion(element: HtmlElement) -> bool:
    names = set(names_of(element).lower().split())
    return bool(names & _DISCUSSIONS) and not _BODY(element)


def prune(tree: HtmlElement) -> None:
    """Remove captions, controls, widgets, discussions and pointers to other articles, in place."""
    for hidden in list(tree.iter("noscript")):
        if len(hidden.findall(".//p")) >= _WHOLE_TEXT:
            hidden.tag = "div"  # the text itself, for readers without scripts
    etree.strip_elements(tree, *NOISE_TAGS, with_tail=False)
    for element in _NAMED(tree):
        if not _may_be_noise(element):
            continue
        if element.getparent() is not None and (
            _is_discussion(element) or is_noise_element(element)
        ):
            element.drop_tree()
    for paragraph in _LINKING(tree):
        linked = sum(len(link.text_content()) for link in paragraph.iter("a"))
        if is_noise_link(paragraph.text_content().strip(), linked):
            paragraph.drop_tree()
