"""Staff sign in through django-allauth: a password or passkey and a second factor.

Nobody signs up here, and nothing of allauth's is open to teachers: they use a code
(schools/codes.py).
"""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
