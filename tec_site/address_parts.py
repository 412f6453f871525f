"""Parts of addresses that several apps have: `<token:token>`, as `tokens.make` writes it."""

from django.urls import register_converter

from .tokens import TOKEN_LENGTH


class TokenConverter:
    regex = f"[A-Za-z0-9_-]{{{TOKEN_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(TokenConverter, "token")
