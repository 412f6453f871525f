"""The WSGI application. A web server is production unless the environment says otherwise."""

import os

from django.core.wsgi import get_wsgi_application

from tec_site.encoding import EncodingGate

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tec_site.settings")
os.environ.setdefault("TEC_MODE", "production")

application = EncodingGate(get_wsgi_application())
