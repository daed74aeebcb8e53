"""Settings of the documentation's site: ``sphinx-build -W docs docs/_build/html``."""

import os
import sys
from datetime import date
from pathlib import Path

import brian2numba

# For directives.py
sys.path.insert(0, str(Path(__file__).parent))

project = "brian2numba"
author = "The brian2numba developers"
copyright = f"{date.today().year}, {author}"
release = version = brian2numba.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_copybutton",
    "directives",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath", "html_image"]
myst_heading_anchors = 3

napoleon_numpy_docstring = True
napoleon_google_docstring = False
autodoc_typehints = "none"
autodoc_preserve_defaults = True
default_role = "code"

# Where the site is built with access to other projects' sites
if os.environ.get("READTHEDOCS"):
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "python": ("https://docs.python.org/3", None),
        "brian2": ("https://brian2.readthedocs.io/en/stable", None),
        "numpy": ("https://numpy.org/doc/stable", None),
        "numba": ("https://numba.readthedocs.io/en/stable", None),
    }

# As the sites of Brian's other packages
html_theme = "sphinx_rtd_theme"
html_title = f"brian2numba {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {"navigation_depth": 3, "collapse_navigation": False}
