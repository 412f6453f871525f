"""Filters of the back office's lists, where unfold's own need something."""

import re
from typing import Any

from unfold.contrib.filters import admin as unfold_filters

from tec_site.days import FIRST_DAY, LAST_DAY


class RangeDateTimeFilter(unfold_filters.RangeDateTimeFilter):
    """Leaves out a day of a year that no calendar here has: a database cannot reckon with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in [name for name in self.used_parameters if name.endswith("_0")]:
            year = re.search(r"\d{4}", str(self.used_parameters[name]))
            if year and not FIRST_DAY.year <= int(year[0]) <= LAST_DAY.year:
                del self.used_parameters[name]
