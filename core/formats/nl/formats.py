from core.formats import *  # noqa: F403
