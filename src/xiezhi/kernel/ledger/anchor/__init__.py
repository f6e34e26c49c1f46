"""Anchoring: the newest checkpoint on a consortium chain that speaks the EVM's RPC (FISCO BCOS 3, Besu). Optional."""
