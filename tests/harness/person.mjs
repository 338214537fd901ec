// A person at a browser, without the browser: keeps cookies, follows redirects, reads pages, presses buttons.
//
//   const person = new Person('Ada');
//   const callback = await person.connect(authorizationUrl, redirectUri);    // consent, sign-in, back to the client
//
// Each page on the way is told to `onPage`, which is what the demo prints. Who has something to choose takes what the page
// proposes, or what `choose` matches. For what only a real browser can show (layout,
// scripts, the cookie rules of cross-site posts) there is browser.test.mjs.
import { parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

export class Person {
  constructor(name, { onPage = () => {}, choose } = {}) {
    Object.assign(this, { name, onPage, choose, jar: new CookieJar(undefined, { looseMode: true }) });
  }

  // One request, no redirect followed. `options.form` posts it.
  async request(url, { form, headers = {} } = {}) {
    const cookies = await this.jar.getCookieString(url);
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        accept: 'text/html', ...(cookies && { cookie: cookies }),
        ...(form && { 'content-type': 'application/x-www-form-urlencoded' }), ...headers,
      },
      body: form && new URLSearchParams(form).toString(),
    });
    for (const line of response.headers.getSetCookie()) await this.jar.setCookie(line, url);
    return response;
  }

  // Follows redirects until a page, or until the next hop would leave for `stopAt` (a client's redirect URI).
  async visit(url, { stopAt, ...options } = {}) {
    for (let hop = 0; hop < 20; ++hop) {
      const response = await this.request(url, options);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || !location) {
        const html = await response.text();
        return { url: String(url), status: response.status, headers: response.headers, html, document: parse(html) };
      }
      url = new URL(location, url);
      if (stopAt && String(url).startsWith(stopAt)) return { arrived: url };
      options = {};
    }
    throw new Error(`more than 20 redirects, the last to ${url}`);
  }

  // Presses the button of a page: the fields of its form, the boxes whose labels match `tick`, and the button's own name and
  // value. Of choices the one whose label matches `choose`, or else the one that the page proposes.
  async press(page, button, { tick, choose, ...options } = {}) {
    const form = button.closest('form');
    const labelled = (text) => page.document.querySelectorAll('label').filter((each) => text.test(each.text)).map((each) => each.querySelector('input'));
    const chosen = choose && labelled(choose).find((input) => input.getAttribute('type') === 'radio');
    const counts = (input) => input.getAttribute('type') !== 'radio' || (chosen ? input === chosen : input.hasAttribute('checked'));
    const fields = [...form.querySelectorAll('input').filter((input) => input.getAttribute('name') && counts(input)), ...(tick ? labelled(tick) : [])]
      .map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? '']);
    if (button.getAttribute('name')) fields.push([button.getAttribute('name'), button.getAttribute('value') ?? '']);
    const action = new URL(form.getAttribute('action') || page.url, page.url);
    if ((form.getAttribute('method') ?? 'get').toLowerCase() === 'get') {
      for (const [name, value] of fields) action.searchParams.append(name, value);
      return this.visit(action, options);
    }
    // What a browser says about a form that it posts.
    const from = new URL(page.url);
    const headers = { origin: from.origin, 'sec-fetch-site': from.origin === action.origin ? 'same-origin' : 'same-site', 'sec-fetch-mode': 'navigate' };
    return this.visit(action, { ...options, form: fields, headers });
  }

  // The button (or link styled as one) whose text matches.
  static button(page, text) {
    return page.document.querySelectorAll('button, input[type=submit]').find((each) => text.test(each.text || each.getAttribute('value') || ''));
  }

  // From an authorization URL to the client's redirect URI, doing what each page asks. Gives the URL arrived at.
  async connect(authorizationUrl, redirectUri) {
    return this.goOn(await this.visit(authorizationUrl, { stopAt: redirectUri }), redirectUri);
  }
  // The same from a page on the way.
  async goOn(page, redirectUri, options) {
    for (let step = 0; step < 10; ++step) {
      if (page.arrived) return page.arrived;
      const next = this.nextButton(page);
      if (!next) throw new Error(`${this.name} does not know what to do on ${page.url} (${page.status}):\n${page.document.structuredText}`);
      this.onPage(page, next);
      page = await this.press(page, next, { stopAt: redirectUri, choose: this.choose, ...options });
    }
    throw new Error('ten pages, and still not back at the client');
  }

  // To a page of the server's that asks them to sign in first, or to the one that refuses them.
  async upTo(url) {
    let page = await this.visit(url);
    while (page.status === 200 && new URL(page.url).pathname !== new URL(url).pathname) page = await this.press(page, this.nextButton(page));
    return page;
  }

  nextButton(page) {
    return Person.button(page, /approve|allow/i) ?? Person.button(page, new RegExp(this.name, 'i')) ?? Person.button(page, /continue|connect/i);
  }
}

// Somebody who acts as the user of that name: support staff, by an actor token of the Backend API (clerk.md 3.8).
export async function actingAs(clerk, name, actor) {
  const { users } = await (await fetch(`${clerk.url}/__emulator/state`)).json();
  const user = users.find((each) => each.name.startsWith(name));
  const { url } = await (await clerk.api('POST', '/actor_tokens', { user_id: user.id, actor })).json();
  const person = new Person(name);
  const page = await person.visit(url);
  await person.press(page, Person.button(page, new RegExp(name)));
  return person;
}

// The organizations of the offline Clerk's people: all are in the first, Katherine in both.
export const acme = 'org_Acme00000000000000000000001';
export const globex = 'org_Globex000000000000000000002';

// Somebody who has signed in to the offline Clerk, and has opened an organization there: the first, if none is named.
export async function memberOf(clerk, name, { organization = acme, ...options } = {}) {
  const person = new Person(name, options);
  const page = await person.visit(`${clerk.url}/sign-in`);
  await person.press(page, Person.button(page, new RegExp(name)));
  await clerk.control(`sessions/${(await clerk.sessionOf(name)).id}/organization`, { organization_id: organization });
  return person;
}
