"""法律援助: free legal service for people who cannot pay or whom the law protects."""
