"""An attacker who knows how the register's cross table adds up, and every figure made public.

Each cell is an unknown whole number. What is published of it, or of a sum that holds it, bounds it;
how the table adds up ties the unknowns together. A cell whose least and greatest possible value
are one is recovered. Whole-number programming is at least as strong as linear programming.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array

Cell = tuple[str, ...]


@dataclass
class Attack:
    """What is known: sums of cells, each with the least and the greatest value it may have."""

    cells: dict[Cell, int] = field(default_factory=dict)
    known: list[tuple[Mapping[int, int], float, float]] = field(default_factory=list)

    def learn(self, parts: Mapping[Cell, int], least: float, greatest: float) -> None:
        """``parts`` are the cells of a sum with their signs."""
        numbered = {self.cells.setdefault(c, len(self.cells)): sign for c, sign in parts.items()}
        self.known.append((numbered, least, greatest))

    def rounded(self, parts: Mapping[Cell, int], shown: int, rounded_to: int) -> None:
        """A figure that was rounded to the nearest multiple."""
        slack = rounded_to // 2
        self.learn(parts, shown - slack, shown + slack)

    def adds_up(self, whole: Cell, parts: Iterable[Cell]) -> None:
        self.learn({whole: 1, **dict.fromkeys(parts, -1)}, 0, 0)

    def recovered(self, wanted: Iterable[Cell]) -> dict[Cell, int]:
        """The cells whose value is certain. Raises ``ValueError`` when nothing fits what is known:
        the attacker was told something wrong, and would prove nothing."""
        certain = {}
        for cell in wanted:
            least, greatest = self._extreme(cell, 1), self._extreme(cell, -1)
            if least == greatest:
                certain[cell] = least
        return certain

    def _extreme(self, cell: Cell, sign: int) -> int:
        objective = np.zeros(len(self.cells))
        objective[self.cells[cell]] = sign
        found = milp(
            objective,
            integrality=np.ones(len(self.cells)),
            bounds=Bounds(0, np.inf),
            constraints=self._constraints(),
        )
        if not found.success:
            raise ValueError(f"{cell}: {found.message}")
        return round(sign * found.fun)

    def _constraints(self) -> LinearConstraint:
        matrix = lil_array((len(self.known), len(self.cells)))
        for row, (parts, _, _) in enumerate(self.known):
            for column, sign in parts.items():
                matrix[row, column] = sign
        least, greatest = ([known[i] for known in self.known] for i in (1, 2))
        return LinearConstraint(matrix.tocsr(), least, greatest)
