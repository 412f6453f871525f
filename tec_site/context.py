"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from programmes.models import Hub


def site(request: HttpRequest) -> dict[str, object]:
    # Read only where a page has no hub of its own, for its foot.
    hubs = SimpleLazyObject(lambda: list(Hub.objects.all()))
    return {"demo": settings.DEMO, "site_url": settings.SITE_URL, "hubs": hubs}
