"""How Sphinx makes the documentation: `make docs` writes docs/_build/html."""

from medinstruct.version import VERSION

project = "medinstruct"
author = "The medinstruct authors"
copyright = "The medinstruct authors, Apache-2.0"
release = VERSION

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
suppress_warnings = [
    "misc.highlighting_failure"
]  # recipes and records that are shown in part are not always whole YAML

autodoc_typehints = "none"  # signatures say them
autodoc_member_order = "bysource"

html_theme = "furo"
html_title = "medinstruct"
html_copy_source = False
html_show_sphinx = False
