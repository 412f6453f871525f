from impact.admin import evaluation, funding, indicator, report

__all__ = ["evaluation", "funding", "indicator", "report"]
