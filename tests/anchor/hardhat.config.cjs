// A chain in memory that makes a block for each transaction, or when it is told to.
module.exports = {
  solidity: "0.8.26",
  networks: { hardhat: { hardfork: "london", initialBaseFeePerGas: 0, gasPrice: 1, chainId: 31337 } },
};
