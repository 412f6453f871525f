"""What was typed goes along to the next form, and nothing of the page on which it was."""

from django.http import HttpResponse
from django.test import RequestFactory

from core.pages import drafts


def test_draft_is_what_was_typed_without_what_belongs_to_its_page():
    typed = {"name": "7b", "year_groups": ["7", "8"]}
    of_page = {"csrfmiddlewaretoken": "token", "submission_key": "key"}
    response = HttpResponse()

    drafts.keep(RequestFactory().post("/", typed | of_page), response)

    after = RequestFactory().get("/")
    after.COOKIES[drafts.COOKIE] = response.cookies[drafts.COOKIE].value
    again = drafts.kept(after)
    assert again is not None
    assert dict(again.lists()) == {"name": ["7b"], "year_groups": ["7", "8"]}
