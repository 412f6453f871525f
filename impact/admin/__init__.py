from impact.admin import evaluation

__all__ = ["evaluation"]
