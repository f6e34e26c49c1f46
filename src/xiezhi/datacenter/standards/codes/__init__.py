"""代码集: national ones and those of the justice bases, each in one version."""
