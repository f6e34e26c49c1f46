"""数据共享: requests, corrections and disputes after the sharing regulation; partners; push between deployments."""
