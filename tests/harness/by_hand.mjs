// An OAuth client played by hand, request by request: for what a real client would never send, or has to count.
//
//   const client = await new Client(mcpUrl).register();
//   const { verifier, challenge } = pkce();
//   const code = await client.codeFrom(new Person('Ada'), challenge);
//   const tokens = await (await client.redeem(code, verifier)).json();
import { createHash, randomBytes } from 'node:crypto';

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export class Client {
  redirectUri = 'http://127.0.0.1:33418/callback';

  constructor(mcpUrl) {
    this.mcpUrl = mcpUrl;
    this.origin = new URL(mcpUrl).origin;
  }

  // A name that is not used twice makes a record that is not shared.
  async register(name = `By hand ${randomBytes(6).toString('hex')}`) {
    const response = await fetch(`${this.origin}/register`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: name, redirect_uris: [this.redirectUri], token_endpoint_auth_method: 'none' }),
    });
    if (response.status !== 201) throw new Error(`/register: ${response.status} ${await response.text()}`);
    this.id = (await response.json()).client_id;
    return this;
  }

  authorizationUrl(challenge) {
    const url = new URL(`${this.origin}/authorize`);
    for (const [name, value] of Object.entries({
      response_type: 'code', client_id: this.id, redirect_uri: this.redirectUri, state: 'state-of-the-client',
      code_challenge: challenge, code_challenge_method: 'S256', resource: this.mcpUrl,
    })) url.searchParams.set(name, value);
    return url;
  }
  async codeFrom(person, challenge) {
    const callback = await person.connect(this.authorizationUrl(challenge), this.redirectUri);
    return callback.searchParams.get('code');
  }

  form(path, fields) {
    return fetch(this.origin + path, {
      method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ client_id: this.id, ...fields }),
    });
  }
  redeem(code, verifier) {
    return this.form('/token', { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: this.redirectUri });
  }
  refresh(token) { return this.form('/token', { grant_type: 'refresh_token', refresh_token: token }); }
  revoke(token) { return this.form('/revoke', { token }); }
  // What the endpoint says to an access token: 401, or anything else.
  call(accessToken) { return fetch(this.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } }); }
}
