"""The site plus one page with a form around the school field, for test_school_field."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from schools.forms import SchoolField, SchoolSearchForm

PAGE = """{% extends "base.html" %}{% load crispy_forms_tags %}
{% block title %}Proef{% endblock %}
{% block head %}{% include "_htmx.html" %}{% endblock %}
{% block content %}<h1>Proef</h1>{% if chosen %}<p id="chosen">{{ chosen }}</p>{% endif %}
{% crispy form %}{% endblock %}"""


class VisitForm(SchoolSearchForm, forms.Form):
    contact = forms.CharField(label="Contactpersoon")
    school = SchoolField(label="School")

    helper = FormHelper()
    helper.add_input(Submit("send", "Verder"))


@login_not_required
def show(request):
    form = VisitForm(request.POST or None)
    chosen = form.cleaned_data["school"] if form.is_valid() else None
    template = engines["django"].from_string(PAGE)
    return HttpResponse(template.render({"form": form, "chosen": chosen}, request))


urlpatterns = [path("proef/", show, name="proef"), path("", include("tec_site.urls"))]
