"""The site as gunicorn serves it in tests: with its addresses, so that a worker that is killed has
a successor that answers at once, instead of two seconds of loading later."""

from django.urls import get_resolver

from tec_site.wsgi import application

__all__ = ["application"]

assert get_resolver().url_patterns  # loads every view
