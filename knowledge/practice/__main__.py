"""``python -m knowledge.practice``: note that every item was read against its record, after somebody has read it.

Writes ``data/practice/checked.yaml`` for the shipped records; until then an item whose facts have changed is suspended.
"""

from __future__ import annotations

from knowledge.library import shipped
from knowledge.practice.cases import shipped_cases
from knowledge.practice.course import CHECKED, Course


def main() -> None:
    """Write the file anew."""
    facts = Course(shipped(), shipped_cases(), {}).facts()
    head = "# Facts that each item was read against. After reading them again: python -m knowledge.practice\n"
    CHECKED.write_text(head + "".join(f"{name}: {told}\n" for name, told in sorted(facts.items())), encoding="utf-8")


if __name__ == "__main__":
    main()
