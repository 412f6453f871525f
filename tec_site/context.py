"""What every template may use."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from programmes.models import Hub

logger = logging.getLogger(__name__)


def site(request: HttpRequest) -> dict[str, object]:
    # Read only where a page has no hub of its own, for its foot.
    return {
        "demo": settings.DEMO,
        "site_url": settings.SITE_URL,
        "hubs": SimpleLazyObject(_hubs),
    }


def _hubs() -> list[Hub]:
    """All hubs, or none where the database is away: a page that needs it for its foot alone, such
    as 'not found', is shown without."""
    try:
        return list(Hub.objects.all())
    except DatabaseError:
        logger.warning("No hubs at the foot: the database does not answer")
        return []
