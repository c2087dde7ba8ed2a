"""What evaluators count: forms of propaganda, groups of channels, points by every reading of the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scheduler.ledger import FORM_NAMES, FORM_UNITS, Form
from scheduler.reports.counts import Count, Of, Ratio, Row, count
from scheduler.reports.rules import Reading, Rules


@dataclass(frozen=True, slots=True)
class FormFigures:
    """What was reported of one form."""

    form: Form
    reported: Count
    proven: Count
    """Reports with a photo, a file or a link."""
    quantity: Count
    """Sum over all reports that gave a quantity."""
    proven_quantity: Count
    unquantified: Count
    """Reports that gave no quantity."""

    @property
    def name(self) -> str:
        return FORM_NAMES[self.form]

    @property
    def unit(self) -> str:
        """What the quantity counts."""
        return FORM_UNITS[self.form]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A group of channels; it earns its points by one proven report."""

    name: str
    points: Fraction
    forms: tuple[Form, ...]
    proven: Count
    unproven: Count
    """Reported without evidence: counts as absent."""

    @property
    def earned(self) -> Fraction:
        return self.points if self.proven.value else Fraction(0)


@dataclass(frozen=True, slots=True)
class Score:
    """The points by one reading of the rule."""

    reading: str
    note: str
    performance: Fraction | None
    """For carrying the plan out; None: nothing was planned in the window."""
    diversity: Fraction
    """For the groups of channels."""
    most: Fraction

    @property
    def total(self) -> Fraction | None:
        return None if self.performance is None else self.performance + self.diversity


def forms(rows: Sequence[Row]) -> tuple[FormFigures, ...]:
    """Figures of every form, in the order of :class:`Form`."""
    return tuple(_form(form, [row for row in rows if row.reported and row.entry.form is form]) for form in Form)


def _form(form: Form, rows: Sequence[Row]) -> FormFigures:
    told = [row for row in rows if row.entry.quantity is not None]
    return FormFigures(
        form=form,
        reported=count(rows),
        proven=count(row for row in rows if row.proven),
        quantity=count(told, Of.QUANTITY),
        proven_quantity=count((row for row in told if row.proven), Of.QUANTITY),
        unquantified=count(row for row in rows if row.entry.quantity is None),
    )


def groups(rows: Sequence[Row], rules: Rules) -> tuple[GroupFigures, ...]:
    """The groups of channels of the rules, with and without evidence."""
    made = []
    for group in rules.scoring.groups:
        held = [row for row in rows if row.reported and row.entry.form in group.forms]
        proven, unproven = count(r for r in held if r.proven), count(r for r in held if not r.proven)
        made.append(GroupFigures(group.name, Fraction(group.points), group.forms, proven, unproven))
    return tuple(made)


def scores(done: Ratio, channels: Sequence[GroupFigures], rules: Rules) -> tuple[Score, ...]:
    """The points by every reading of the rules."""
    diversity = sum((group.earned for group in channels), Fraction(0))
    most = Fraction(rules.scoring.performance_points) + sum((group.points for group in channels), Fraction(0))
    return tuple(
        Score(reading.name, reading.note, _performance(done, reading, rules), diversity, most)
        for reading in rules.scoring.readings
    )


def _performance(done: Ratio, reading: Reading, rules: Rules) -> Fraction | None:
    share = done.share
    if share is None:
        return None
    return (
        Fraction(0)
        if share * 100 < Fraction(reading.zero_below)
        else share * Fraction(rules.scoring.performance_points)
    )
