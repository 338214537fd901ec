// An OAuth client played by hand, request by request: for what a real client would never send, or has to count.
//
//   const client = await new Client(mcpUrl).register();
//   const { verifier, challenge } = pkce();
//   const code = await client.codeFrom(new Person('Ada'), challenge);
//   const tokens = await (await client.redeem(code, verifier)).json();
//   const tokens = await client.signIn(new Person('Ada'));                                            // all three
//   const response = await modernRequest(mcpUrl, tokens.access_token, 'tools/call', { name: 'who_am_i' });
import { createHash, randomBytes } from 'node:crypto';

export function pkce() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

// A request of 2026-07-28, as a client would send it. Its name, its URI or its task is repeated in a header.
export function modernRequest(mcpUrl, token, method, params = {}, capabilities = {}) {
  const name = params.name ?? params.uri ?? params.taskId;
  const _meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': capabilities };
  return fetch(mcpUrl, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(name && { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
  });
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

  // `changes` replace parameters, here and in redeem(), or take them away: undefined.
  authorizationUrl(challenge, changes = {}) {
    const url = new URL(`${this.origin}/authorize`);
    for (const [name, value] of Object.entries({
      response_type: 'code', client_id: this.id, redirect_uri: this.redirectUri, state: 'state-of-the-client',
      code_challenge: challenge, code_challenge_method: 'S256', resource: this.mcpUrl, ...changes,
    })) if (value !== undefined) url.searchParams.set(name, value);
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
  redeem(code, verifier, changes = {}) {
    return this.form('/token', { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: this.redirectUri, ...changes });
  }
  async signIn(person) {
    const { verifier, challenge } = pkce();
    return (await this.redeem(await this.codeFrom(person, challenge), verifier)).json();
  }
  refresh(token) { return this.form('/token', { grant_type: 'refresh_token', refresh_token: token }); }
  revoke(token) { return this.form('/revoke', { token }); }
  // What the endpoint says to an access token: 401, or anything else.
  call(accessToken) { return fetch(this.mcpUrl, { method: 'POST', headers: { authorization: `Bearer ${accessToken}` } }); }
}
