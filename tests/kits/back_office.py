"""What staff do with kits in the back office: look for, open, choose."""

import datetime

from django.urls import reverse

LOANS = "/beheer/kits/loan/"
LEND = "/beheer/kits/loan/add/"
OWN_PDF = b"%PDF-1.7\nfile of our own\n%%EOF\n"


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def change_of(row):
    return reverse(f"admin:kits_{row._meta.model_name}_change", args=[row.pk])


def move_of(loan, move):
    return reverse("admin:kits_loan_move", args=[loan.pk, move])


def texts(response):
    return [str(message) for message in response.context["messages"]]


def shown(response):
    return [row.pk for row in response.context["cl"].result_list]


def select(client, model, action, *rows):
    address = reverse(f"admin:kits_{model}_changelist")
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(address, data, follow=True)
