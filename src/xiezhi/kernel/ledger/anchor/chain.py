"""The contract on the chain, by web3.py (`pip install xiezhi[anchor]`). Legacy transactions with an explicit gas price:
FISCO BCOS does not know `eth_feeHistory`. Nothing of a person is sent: a hash of the log's name, a number, a root."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["ABI", "Anchored", "Chain", "ChainError", "load", "origin_hash"]

_WHERE = {"name": "originHash", "type": "bytes32"}
ABI: list[dict[str, Any]] = [
    {
        "type": "function", "name": "anchor", "stateMutability": "nonpayable", "outputs": [],
        "inputs": [_WHERE, {"name": "size", "type": "uint64"}, {"name": "root", "type": "bytes32"}],
    },
    {
        "type": "function", "name": "latest", "stateMutability": "view", "inputs": [_WHERE],
        "outputs": [
            {"name": "size", "type": "uint64"}, {"name": "root", "type": "bytes32"}, {"name": "blockNumber", "type": "uint64"},
        ],
    },
]  # fmt: skip
"""What is used of LedgerAnchor.sol."""
SETTINGS = "anchor.toml"
KEY = "anchor.key"


class ChainError(RuntimeError):
    """The chain cannot be reached or understood, or it refused; says nothing about the log. It is tried again."""


@dataclass(frozen=True)
class Anchored:
    """What the chain holds of a log."""

    size: int
    root: bytes
    block: int


def origin_hash(origin: str) -> bytes:
    """How the contract knows a log."""
    return sha256(origin.encode()).digest()


@dataclass
class Chain:
    """One contract, and the key of the account that may anchor. `most_gas_price` bounds what a transaction may offer."""

    url: str
    contract: str
    key: str
    seconds: float = 60
    most_gas_price: int | None = None

    def __post_init__(self) -> None:
        try:
            from web3 import Web3
        except ImportError as error:
            raise ChainError("anchoring needs web3: pip install 'xiezhi[anchor]'") from error
        self._web3 = Web3(Web3.HTTPProvider(self.url, request_kwargs={"timeout": 20}))
        self._account = self._web3.eth.account.from_key(self.key)
        self._contract = self._web3.eth.contract(Web3.to_checksum_address(self.contract), abi=ABI)

    @property
    def address(self) -> str:
        """The account that anchors; the consortium registers it as the log's operator."""
        return str(self._account.address)

    def latest(self, origin: str) -> Anchored:
        """What the contract holds; size 0 where nothing is anchored. Raises ChainError."""
        try:
            size, root, block = self._contract.functions.latest(origin_hash(origin)).call()
        except Exception as error:  # the library raises errors of many families
            raise ChainError(f"the contract does not answer: {error}") from error
        return Anchored(int(size), bytes(root), int(block))

    def anchor(self, origin: str, size: int, root: bytes) -> str:
        """Send one transaction and wait for its block; returns its hash. Raises ChainError where it is not in a block.

        The number of the transaction counts what is in blocks alone: one that was lost on the way is replaced, not doubled.
        """
        try:
            call = self._contract.functions.anchor(origin_hash(origin), size, root)
            price = int(self._web3.eth.gas_price)
            if self.most_gas_price is not None:
                price = min(price, self.most_gas_price)
            sent = {
                "from": self.address, "chainId": self._web3.eth.chain_id, "gasPrice": price,
                "nonce": self._web3.eth.get_transaction_count(self._account.address, "latest"),
            }  # fmt: skip
            sent["gas"] = int(call.estimate_gas({"from": self._account.address})) * 5 // 4
            signed = self._account.sign_transaction(call.build_transaction(sent))  # type: ignore[arg-type]
            number = self._web3.eth.send_raw_transaction(signed.raw_transaction)
            receipt = self._web3.eth.wait_for_transaction_receipt(number, timeout=self.seconds)
        except Exception as error:
            raise ChainError(f"the chain did not take the checkpoint: {error}") from error
        if receipt["status"] != 1:
            raise ChainError("the contract refused the checkpoint")
        return str(number.to_0x_hex())


def load(folder: Path) -> Chain | None:
    """The chain that `anchor.toml` in the ledger's folder names (url, contract); None without one. Its key lies beside the
    log's keys. Raises ChainError where they cannot be understood."""
    path = folder / SETTINGS
    if not path.exists():
        return None
    try:
        found = tomllib.loads(path.read_text())
        key = (folder / "keys" / KEY).read_text().strip()
        return Chain(str(found["url"]), str(found["contract"]), key, most_gas_price=found.get("most_gas_price"))
    except (OSError, KeyError, ValueError) as error:
        raise ChainError(f"{path} or keys/{KEY}: {error}") from error
