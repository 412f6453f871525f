"""Addresses of signing in and out, for teachers."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path

from submissions import sign_in

app_name = "submissions"
urlpatterns = [
    path("inloggen/", sign_in.sign_in, name="sign_in"),
    path("inloggen/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("uitloggen/", login_not_required(sign_in.SignOutView.as_view()), name="sign_out"),
]
