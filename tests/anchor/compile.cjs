// Compiles the contract of this repository with the Solidity compiler; ABI and bytecode go to standard output.
const fs = require("fs");
const solc = require("solc");

const input = {
  language: "Solidity",
  sources: { "LedgerAnchor.sol": { content: fs.readFileSync(process.argv[2], "utf8") } },
  settings: { evmVersion: "london", optimizer: { enabled: true }, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } } },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
for (const error of output.errors || []) {
  console.error(error.formattedMessage);
  process.exitCode = 1;
}
const made = output.contracts?.["LedgerAnchor.sol"]?.LedgerAnchor;
if (made) console.log(JSON.stringify({ abi: made.abi, bytecode: "0x" + made.evm.bytecode.object }));
