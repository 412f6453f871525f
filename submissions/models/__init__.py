from submissions.models.code import CodeChallenge
from submissions.models.submission import PhotoAnswer, Submission

__all__ = ["CodeChallenge", "PhotoAnswer", "Submission"]
