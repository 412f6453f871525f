"""The staff back office: one AdminSite at `/beheer/`."""

from unfold.sites import UnfoldAdminSite


class BackOffice(UnfoldAdminSite):
    pass
