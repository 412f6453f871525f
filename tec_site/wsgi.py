"""The WSGI application. A web server is production unless the environment says otherwise."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tec_site.settings")
os.environ.setdefault("TEC_MODE", "production")

application = get_wsgi_application()
