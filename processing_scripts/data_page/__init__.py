"""``data-report.html``: the data itself on one page that opens offline, in English and Korean.

It is drawn with a few shapes of SVG of our own: the image that preprocessing runs in has no library for pictures, and
installing one would make every execution wait.
"""

from processing_scripts.data_page.document import render

__all__ = ["render"]
