// A certified OpenID provider on loopback, with invented people, for the tests of signing in.
//
// Settings come as JSON in the variable SETTINGS: port, client_id, client_secret, redirect_uris, post_logout_redirect_uris, people
// (claims by sub). `POST /wrong {"kind": ...}` makes the next ID token wrong in one way, signed with the provider's own key unless the
// signature is what is wrong: the relying party has to notice, and only a provider can make such a token.
import crypto from 'node:crypto';
import process from 'node:process';
import Provider from 'oidc-provider';
import { SignJWT, decodeJwt, decodeProtectedHeader } from 'jose';

const settings = JSON.parse(process.env.SETTINGS);
const issuer = `http://127.0.0.1:${settings.port}`;
const pair = () => crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = pair();
const stranger = pair();
const people = settings.people;
let wrong = '';

const provider = new Provider(issuer, {
  clients: [{
    client_id: settings.client_id,
    client_secret: settings.client_secret,
    redirect_uris: settings.redirect_uris,
    post_logout_redirect_uris: settings.post_logout_redirect_uris,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  claims: { openid: ['sub'], profile: ['name', 'id_number', 'id_type', 'phone_number', 'assurance_level'] },
  cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
  jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: 'signing', alg: 'RS256', use: 'sig' }] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: async (ctx, sub) => (people[sub] ? { accountId: sub, claims: async () => ({ sub, ...people[sub] }) } : undefined),
  // Everybody has agreed already: consent is the provider's affair and not what is tested here.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
});

async function spoil(raw, kind) {
  const claims = decodeJwt(raw);
  const header = decodeProtectedHeader(raw);
  const now = Math.floor(Date.now() / 1000);
  if (kind === 'nonce') claims.nonce = 'somebody-elses';
  if (kind === 'no-nonce') delete claims.nonce;
  if (kind === 'issuer') claims.iss = 'https://elsewhere.example';
  if (kind === 'audience') claims.aud = 'another-client';
  if (kind === 'expired') Object.assign(claims, { iat: now - 7200, exp: now - 3600 });
  if (kind === 'subject') claims.sub = 'nobody';
  if (kind === 'none') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(claims)}.`;
  }
  const by = kind === 'signature' ? stranger : key;
  return new SignJWT(claims).setProtectedHeader(kind === 'key' ? { ...header, kid: 'unknown' } : header).sign(by.privateKey);
}

provider.use(async (ctx, next) => {
  if (ctx.path === '/wrong' && ctx.method === 'POST') {
    wrong = new URL(ctx.href).searchParams.get('kind') || '';
    ctx.body = 'ok';
    return;
  }
  await next();
  if (ctx.path === '/token' && ctx.body?.id_token && wrong) {
    ctx.body = { ...ctx.body, id_token: await spoil(ctx.body.id_token, wrong) };
    wrong = '';
  }
});

provider.listen(settings.port, '127.0.0.1', () => process.stdout.write('ready\n'));
