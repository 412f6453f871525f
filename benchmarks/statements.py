"""How many statements a response took, said in a header; BEGIN is not counted."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

HEADER = "X-Bench-Statements"


class StatementsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        statements = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal statements
            # Of SQLite only; on PostgreSQL the driver begins transactions by itself.
            statements += not arguments[0].startswith("BEGIN")
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response.headers[HEADER] = str(statements)
        return response
