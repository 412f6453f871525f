"""gunicorn's settings: `gunicorn --config python:tec_site.gunicorn tec_site.wsgi`.

Anything here can be overruled on the command line or in GUNICORN_CMD_ARGS.
"""

import os
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from tec_site.logs import HideTokens, redact

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 30
accesslog = "-"
# No Referer: it repeats the address of the page before, tokens and all.
access_log_format = '%(h)s %(t)s "%(r)s" %(s)s %(b)s %(M)sms "%(a)s"'


class RedactingLogger(Logger):
    """Neither the access log nor the error log (which names the address) shows a token."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.addFilter(HideTokens())

    def atoms(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> Any:
        atoms = super().atoms(resp, req, environ, request_time)
        return {
            name: redact(value) if isinstance(value, str) else value
            for name, value in atoms.items()
        }


logger_class = RedactingLogger
