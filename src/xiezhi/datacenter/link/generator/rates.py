"""The rates of the typed errors of a benchmark set, with the defaults that its documentation names."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

__all__ = ["Rates"]


@dataclass(frozen=True)
class Rates:
    """Shares of records (0 to 1) that carry each error. `scaled` multiplies all of them."""

    id_missing: float = 0.08
    id_mistyped: float = 0.015
    """One digit is wrong."""
    id_transposed: float = 0.007
    """Two neighboring digits change places."""
    id_old15: float = 0.02
    """The number of 15 digits that was given until 1999."""
    id_ocr: float = 0.01
    """Letters for digits, as scanners read."""
    id_other: float = 0.002
    """A valid number of somebody else."""
    id_format: float = 0.03
    """Full width, blanks, lower case x, hyphens: the same number written otherwise."""
    name_variant: float = 0.02
    phone_moved: float = 0.30
    """An earlier number of the person; some of these belong to somebody else by now."""
    phone_missing: float = 0.12
    phone_shared: float = 0.003
    """The number of a clerk or of a village office, the same in many records."""
    birth_slip: float = 0.02
    birth_missing: float = 0.22
    sex_wrong: float = 0.003
    address_moved: float = 0.22
    address_short: float = 0.06
    address_missing: float = 0.16
    employer_moved: float = 0.22
    employer_short: float = 0.06
    employer_missing: float = 0.15
    license_missing: float = 0.05
    license_mistyped: float = 0.004

    def scaled(self, factor: float) -> Rates:
        """All rates times `factor`, none above 0.95."""
        return replace(self, **{f.name: min(0.95, getattr(self, f.name) * factor) for f in fields(self)})

    def changed(self, **values: float) -> Rates:
        """With single rates replaced. Raises ValueError for an unknown name or a value outside 0 to 1."""
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"No rate {name}. Known: {', '.join(sorted(known))}")
            if not 0 <= value <= 1:
                raise ValueError(f"Rate {name} must lie between 0 and 1, not {value}")
        return replace(self, **values)

    def as_dict(self) -> dict[str, float]:
        return {f.name: float(getattr(self, f.name)) for f in fields(self)}
