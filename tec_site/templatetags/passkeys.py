"""What a page with a passkey's button says when it cannot work."""

import ipaddress
from typing import Any

from django import template
from django.http import HttpRequest

register = template.Library()


@register.inclusion_tag("account/_passkey_trouble.html", takes_context=True)
def passkey_trouble(context: dict[str, Any]) -> dict[str, Any]:
    """Under an address of numbers browsers make no passkey (WebAuthn: the RP ID is a domain)."""
    request: HttpRequest = context["request"]
    number, colon, port = request.get_host().rpartition(":")
    if not port.isdecimal():
        number, colon, port = request.get_host(), "", ""
    address = number.strip("[]")
    by_name = ""
    if _is_number(address) and ipaddress.ip_address(address).is_loopback:
        by_name = f"{request.scheme}://localhost{colon}{port}{request.get_full_path()}"
    return {"is_number": _is_number(address), "by_name": by_name, "host": address}


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
