"""The page: one HTML file a person opens, prints and passes on.

It has no script and asks for nothing: it opens where scripts are forbidden, as in the preview of
a mail or of a shared folder, and reads the same on paper. Charts are drawn once, as SVG whose
colours are the page's own, so that one drawing serves light, dark and print.

Belongs here: what the page tells, section by section, and its charts.
Does not belong here: the figures (`periods`, `summary`), what they mean (`insight`).
"""
