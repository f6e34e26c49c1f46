"""The other agencies of the fictional province, played by another instance of the product.

What the clue rules ask is asked over HTTP, signed, of a second instance on this machine: its own database, data directory,
keys, settings and gateway. It holds the registers of five agencies, each behind an interface of its own. Modules:
`declared` (its tables and interfaces), `books` (its rows, out of the province's own people), `place` (where it lives, how it
is started and stopped), `serve` (its process).
"""
