// A web site of somebody else's, on a port of this machine: for what the server fetches.
//
//   const site = await Site.open();
//   site.answers['/client.json'] = { status: 200, headers: {...}, body: '...' };    // or (request) => that
//   site.requests                                                                   // the paths asked for, in order
import { createServer } from 'node:http';

export class Site {
  answers = {};
  requests = [];

  static async open() {
    const site = new Site();
    site.server = createServer((request, response) => {
      site.requests.push(request.url);
      const { status = 404, headers = {}, body = '' } = site.answers[request.url] ?? {};
      response.writeHead(status, headers).end(body);
    });
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve));
    site.url = `http://127.0.0.1:${site.server.address().port}`;
    return site;
  }

  // A client ID metadata document, and its address.
  publish(path, changes = {}, headers = {}) {
    const document = {
      client_id: this.url + path, client_name: 'Published Assistant', redirect_uris: ['http://127.0.0.1:33418/callback'],
      token_endpoint_auth_method: 'none', ...changes,
    };
    this.answers[path] = { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(document) };
    return this.url + path;
  }

  count(path) { return this.requests.filter((each) => each === path).length; }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
