"""Pages of the back office that are of no one app: mails, statements, second factors, sign-ins.

Imported so that they register themselves, with those of long work.
"""

from core.tasks import admin as tasks
from tec_site.admin import mails, overseeing, second_factors, statements

__all__ = ["mails", "overseeing", "second_factors", "statements", "tasks"]
