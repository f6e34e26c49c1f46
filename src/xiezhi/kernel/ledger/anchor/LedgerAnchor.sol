// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// Keeps the newest checkpoint of each log where many organizations hold a copy: name, number of entries, root.
/// It can only grow. The chain is one more witness of the log, never its database, and holds no personal data.
contract LedgerAnchor {
    struct Point {
        uint64 size;
        bytes32 root;
        uint64 blockNumber;
    }

    /// Who names the operator of a log: the consortium's administrator, who made this contract.
    address public immutable registrar;

    /// SHA-256 of a log's name to the one account that may anchor it.
    mapping(bytes32 => address) public operators;

    mapping(bytes32 => Point) private points;

    event Registered(bytes32 indexed originHash, address operator);
    event Anchored(bytes32 indexed originHash, uint64 size, bytes32 root);

    error NotYou();
    error NotLarger(uint64 size);

    constructor() {
        registrar = msg.sender;
    }

    function register(bytes32 originHash, address operator) external {
        if (msg.sender != registrar) revert NotYou();
        operators[originHash] = operator;
        emit Registered(originHash, operator);
    }

    function anchor(bytes32 originHash, uint64 size, bytes32 root) external {
        if (msg.sender != operators[originHash]) revert NotYou();
        if (size <= points[originHash].size) revert NotLarger(points[originHash].size);
        points[originHash] = Point(size, root, uint64(block.number));
        emit Anchored(originHash, size, root);
    }

    function latest(bytes32 originHash) external view returns (uint64 size, bytes32 root, uint64 blockNumber) {
        Point storage point = points[originHash];
        return (point.size, point.root, point.blockNumber);
    }
}
