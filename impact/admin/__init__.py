from impact.admin import evaluation, indicator, report

__all__ = ["evaluation", "indicator", "report"]
