"""A loan on a school's behalf: which kit and when, then who.

The days need not be desk days: what staff agree on, counts. What is unusual about them is said
before the school is asked for; who waits is offered only what a school may ask for itself.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kits import lifecycle
from kits.admin.forms import LoanOverruleForm, WaitWhatForm, WhatForm, free_boxes
from kits.admin.unusual_days import unusual_about
from kits.models import RefusedDemand
from kits.pages.forms import LoanForm
from kits.refusals import NoCopyFree
from kits.rules import LoanItem
from kits.waiting.loan_list import LIST
from submissions.admin.phone import ByPhone
from submissions.models import Submission


class LoanByPhone(ByPhone):
    title = _("Lend on a school’s behalf")
    booked = _("Reserved. %(email)s gets the confirmation by mail.")
    template_name = "admin/kits/lend_on_behalf.html"
    waiting_list = LIST
    first_form = WhatForm
    overrule_form = LoanOverruleForm

    def form(self, data: Any, chosen: Mapping[str, Any], again: Any = None) -> LoanForm:
        return LoanForm(data, kit=chosen["kit"], for_staff=True, again=again)

    def book(
        self,
        form: LoanForm,
        chosen: Mapping[str, Any],
        by: Any,
        overruled: Mapping[str, Any],
    ) -> Submission:
        item = LoanItem(**chosen)
        asked = form.wanted(item=item, browser="", language="nl", **overruled)
        try:
            return lifecycle.book(asked, by=by)
        except NoCopyFree:
            key = asked.submission.submission_key
            RefusedDemand.objects.note(key, item.kit, item.starts_on, item.ends_on)
            raise

    def wait(self, form: LoanForm, chosen: Mapping[str, Any], by: Any) -> Submission:
        wanted = form.wanted_waiting(LoanItem(**chosen), browser="", language="nl")
        return LIST.book(wanted, by=by)

    def has_room(self, chosen: Mapping[str, Any]) -> bool:
        return free_boxes(chosen["kit"], chosen["starts_on"], chosen["ends_on"])[0] > 0

    def address(self, submission: Submission) -> str:
        return reverse("admin:kits_loan_change", args=[submission.loans.earliest("pk").pk])

    def context(self, chosen: Mapping[str, Any]) -> Mapping[str, Any]:
        free, boxes = free_boxes(chosen["kit"], chosen["starts_on"], chosen["ends_on"])
        return {
            "free": free,
            "boxes": boxes,
            "unusual": unusual_about(LoanItem(**chosen)).values(),
        }

    def day(self, chosen: Mapping[str, Any]) -> datetime.date:
        starts_on: datetime.date = chosen["starts_on"]
        return starts_on

    def class_forms(self, form: LoanForm) -> list[Any]:
        return [form.class_form]

    def free_class(self, typed: QueryDict) -> str:
        return "klas"


class LoanWaitByPhone(LoanByPhone):
    title = _("Put on the waiting list")
    first_form = WaitWhatForm
    only_waits = True
