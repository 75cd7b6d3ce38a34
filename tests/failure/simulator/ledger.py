"""What clients were told: the truth that everything else is measured against."""

from dataclasses import dataclass, field

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


@dataclass
class Ledger:
    """For each thing that a client has asked for: what it was told in the end."""

    told: dict[str, str] = field(default_factory=dict)
    took_back: list[str] = field(default_factory=list)

    def asks(self, name: str) -> None:
        self.told.setdefault(name, UNKNOWN)

    def hears(self, name: str, answer: str) -> None:
        """Note an answer. What was said once holds: a repeat must hear the same."""
        if self.told[name] not in (UNKNOWN, answer):
            self.took_back.append(f"{name} was {self.told[name]} and then {answer}")
        self.told[name] = answer

    def that_are(self, *answers: str) -> set[str]:
        return {name for name, answer in self.told.items() if answer in answers}
