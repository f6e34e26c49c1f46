"""上报与回流: changed rows from one deployment to another, with receipts.

`flows` says what goes where, `outbox` finds what changed, `sending` sends it, `receiving` takes it in on the other side,
`reconciling` compares both.
"""
