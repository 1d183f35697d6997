"""HTML pages that open offline: the document, its style, its elements, and its texts in two languages.

Two container jobs write a page each: preprocessing about the data, evaluation about the candidates. Their code travels
in separate bundles, and this package travels in both. It is no Jinja2 template because the scikit-learn image is not
known to contain Jinja2, and an installation at the start of each job would make every execution wait.
"""
