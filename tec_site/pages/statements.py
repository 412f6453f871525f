"""The pages on privacy, accessibility and terms: staff's own text, or the one of the site.

Both are in the small markup of `markup.py`. The site's own stands in `templates/statements/`, its
words in the catalogues, so that it follows the settings and exists in every language.
"""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from programmes.models import Hub
from tec_site.models import Statement


def text_of(page: str, language: str) -> str:
    """What the page says in this language."""
    own = Statement.objects.filter(page=page, language=language).values_list("text", flat=True)
    return next(iter(own), "") or shipped(page, language)


def _phones() -> str:
    """Where to call; with whose it is where there are more hubs than one."""
    hubs = Hub.objects.exclude(phone="")
    phones = [(hub.phone, hub.short_name) for hub in hubs]
    if len(phones) == 1:
        return phones[0][0]
    return get_text_list([f"{phone} ({name})" for phone, name in phones], _("or"))


def shipped(page: str, language: str) -> str:
    """What the page says as long as staff have not written a text of their own."""
    context = {
        "email": settings.SITE_EMAIL,
        "hold_minutes": int(settings.HOLD_FOR.total_seconds() // 60),
        "change_days": settings.CHANGE_NUMBERS_UNTIL_DAYS,
        "cancel_days": settings.FREE_CANCELLATION_UNTIL_DAYS,
    }
    with translation.override(language):
        context["phones"] = _phones()
        return render_to_string(f"statements/{page}.txt", context).strip()
