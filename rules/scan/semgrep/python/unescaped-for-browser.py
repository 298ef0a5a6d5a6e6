import json

import markdown
import nh3
from django.shortcuts import render


def page(request, items, text):
    # ruleid: python-json-in-template
    render(request, "page.html", {"items": json.dumps(items)})
    # ok: python-json-in-template
    render(request, "page.html", {"items": json.dumps(items, cls=HtmlEncoder)})
    # ok: python-json-in-template
    request.cache.store({"items": json.dumps(items)})
    # ruleid: python-markdown-not-cleaned
    shown = markdown.markdown(text, extensions=["extra"])
    # ok: python-markdown-not-cleaned
    shown = nh3.clean(markdown.markdown(text))
    # ok: python-markdown-not-cleaned
    shown = markdown.markdown("# Title")
    return shown
