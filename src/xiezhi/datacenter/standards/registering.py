"""Everything declared goes into the registries, once."""

from __future__ import annotations

from xiezhi.datacenter.standards import elements
from xiezhi.datacenter.standards.bases import all_tables
from xiezhi.datacenter.standards.codes import business, national
from xiezhi.datacenter.standards.declare import code_sets, tables
from xiezhi.datacenter.standards.declare import elements as element_registry

__all__ = ["register"]

_done = False


def register() -> None:
    """Code sets, elements, tables, in this order. Raises RegistryError where a declaration cannot stand."""
    global _done
    if _done:
        return
    for held in (*national.SETS, *business.SETS):
        code_sets.register(held)
    for element in elements.ELEMENTS:
        element_registry.register(element)
    for table in all_tables():
        tables.register(table)
    _done = True
