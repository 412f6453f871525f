"""Results as they come, and at the end whether the budgets were kept."""

from dataclasses import dataclass, field


@dataclass
class Report:
    exceeded: list[str] = field(default_factory=list)
    about: str = ""  # what the indented lines that follow belong to

    def heading(self, text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def fact(self, what: str, text: str) -> None:
        if not what.startswith(" "):
            self.about = what
        print(f"{what:<44} {text}", flush=True)

    def budget(
        self, what: str, actual: float, limit: float, unit: str, *, least: bool = False
    ) -> None:
        """`least`: the limit is a minimum; otherwise a maximum."""
        kept = actual >= limit if least else actual <= limit
        sign = "≥" if least else "≤"
        digits = 2 if limit >= 1 or not limit else 4
        verdict = "" if kept else "   EXCEEDED"
        self.fact(what, f"{actual:>9.{digits}f} {unit:<22} {sign} {limit:.4g}{verdict}")
        if not kept:
            of = "" if what == self.about else f"{self.about}: "
            self.exceeded.append(of + what.strip())

    def close(self) -> int:
        """The exit status: 1 when a budget was exceeded."""
        self.heading("Verdict")
        print(f"Exceeded: {', '.join(self.exceeded)}" if self.exceeded else "All budgets kept.")
        return 1 if self.exceeded else 0
