"""省统一身份认证登录: OpenID Connect, on top of the accounts package.

The package does state, PKCE and the exchange; here every ID token is verified in full (signature by the provider's
published keys, issuer, audience, time, nonce), and its claims become a person only where the provider vouches for them.
"""
