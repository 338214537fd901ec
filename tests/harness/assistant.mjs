// An assistant: a real MCP client from npm with its own OAuth code, and a memory for what that code keeps.
//
//   const assistant = new Assistant(mcpUrl);
//   await assistant.connectAs(new Person('Ada'), modern);      // modern or legacy, below
//   await assistant.client.callTool({ name: 'who_am_i', arguments: {} });
import * as v2 from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const info = { name: 'end-to-end', version: '1.0.0' };

// The protocol of 2026-07-28, by @modelcontextprotocol/client.
export const modern = {
  name: '2026-07-28',
  client: (options) => new v2.Client(info, { versionNegotiation: { mode: { pin: '2026-07-28' } }, ...options }),
  transport: (url, options) => new v2.StreamableHTTPClientTransport(url, options),
  finish: (transport, callback) => transport.finishAuth(callback.searchParams),
};
// The protocol of 2025-11-25, by @modelcontextprotocol/sdk.
export const legacy = {
  name: '2025-11-25',
  client: (options) => new ClientV1(info, options),
  transport: (url, options) => new TransportV1(url, options),
  finish: (transport, callback) => transport.finishAuth(callback.searchParams.get('code')),
};

export class Assistant {
  constructor(mcpUrl, { clientName = 'Example Assistant', scope, redirectUri = 'http://127.0.0.1:33418/callback', onStep = () => {} } = {}) {
    Object.assign(this, { mcpUrl: new URL(mcpUrl), clientName, scope, redirectUri, onStep });
    this.requests = [];
  }

  // What the clients' OAuth code asks of us: storage, and a browser.
  get provider() {
    const self = this;
    return (this.providerObject ??= {
      get redirectUrl() { return self.redirectUri; },
      get clientMetadata() {
        return {
          client_name: self.clientName, redirect_uris: [self.redirectUri], token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], ...(self.scope && { scope: self.scope }),
        };
      },
      state: () => (self.state = crypto.randomUUID()),
      clientInformation: () => self.registration,
      saveClientInformation: (registration) => { self.registration = registration; self.onStep('registered', registration); },
      tokens: () => self.tokens,
      saveTokens: (tokens) => { self.tokens = tokens; self.onStep('tokens', tokens); },
      redirectToAuthorization: (url) => { self.authorizationUrl = url; self.onStep('authorize', url); },
      saveCodeVerifier: (verifier) => { self.codeVerifier = verifier; },
      codeVerifier: () => self.codeVerifier,
      saveDiscoveryState: (discovery) => { self.discovery = discovery; },
      discoveryState: () => self.discovery,
      invalidateCredentials: (scope) => {
        if (scope === 'all' || scope === 'tokens') self.tokens = undefined;
        if (scope === 'all' || scope === 'client') self.registration = undefined;
      },
    });
  }

  transport(era) {
    const record = async (url, init) => {
      const response = await fetch(url, init);
      const seen = { method: init?.method ?? 'GET', url: String(url), status: response.status, headers: response.headers };
      this.requests.push(seen);
      this.onStep('request', seen);
      return response;
    };
    return era.transport(this.mcpUrl, { authProvider: this.provider, fetch: record });
  }

  // Connects; on the way the person signs in and approves, once.
  async connectAs(person, era) {
    this.client = era.client();
    const first = this.transport(era);
    try {
      await this.client.connect(first);
      return this;
    } catch (error) {
      if (!/unauthori[sz]ed/i.test(`${error?.name} ${error?.message}`)) throw error;
    }
    const callback = await person.connect(this.authorizationUrl, this.redirectUri);
    this.onStep('callback', callback);
    if (callback.searchParams.get('error')) throw new Error(`${callback.searchParams.get('error')}: ${callback.searchParams.get('error_description')}`);
    if (callback.searchParams.get('state') !== this.state) throw new Error('the state is not the one we sent');
    await era.finish(first, callback);
    await this.client.close().catch(() => {});
    this.client = era.client();
    await this.client.connect(this.transport(era));
    return this;
  }

  async close() { await this.client?.close(); }
}
