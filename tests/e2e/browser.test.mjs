// The same flow in a real browser: what only it can show. Cookies on cross-site posts, scripts that may not run, pages that
// may not be framed, and how it looks: the screenshots are kept in artifacts/ to be looked at.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { modernRequest } from '../harness/by_hand.mjs';
import { acme } from '../harness/person.mjs';
import { freePort, startStack } from '../harness/stack.mjs';

const artifacts = 'artifacts';
const siteUri = 'https://assistant.example/callback'; // of a client that is a site: no program on this computer
let stack, browser, listener, redirectUri, arrived;

before(async () => {
  await mkdir(artifacts, { recursive: true });
  stack = await startStack();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  // The client's own listener on loopback, where the browser ends up (RFC 8252 sec. 7.3).
  const port = await freePort();
  redirectUri = `http://127.0.0.1:${port}/callback`;
  listener = createServer((request, response) => {
    const url = new URL(request.url, redirectUri);
    if (url.pathname === '/callback') arrived = url;
    response.setHeader('content-type', 'text/html').end('<p>You may close this window.');
  }).listen(port, '127.0.0.1');
});
after(async () => {
  await browser?.close();
  listener?.close();
  await stack?.stop();
});

async function authorizationUrl(name = 'Claude', redirect = redirectUri) {
  const response = await fetch(new URL('/register', stack.mcpUrl), {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: name, redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: clientId } = await response.json();
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL('/authorize', stack.mcpUrl);
  for (const [name, value] of Object.entries({
    response_type: 'code', client_id: clientId, redirect_uri: redirect, state: 'browser-state', resource: stack.mcpUrl,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  })) url.searchParams.set(name, value);
  return { url: url.href, clientId, verifier };
}

async function callTool(token, name, args) {
  const response = await modernRequest(stack.mcpUrl, token, 'tools/call', { name, arguments: args });
  assert.equal(response.status, 200, await response.text());
}

// What anybody must be able to read and to hit: each text by its contrast (WCAG 2.2, 1.4.3), each control by its size (2.5.8).
const unreadable = (page) => page.evaluate(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [red, green, blue] = channels(color).slice(0, 3).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isOpaque = (element) => channels(getComputedStyle(element).backgroundColor)[3] !== 0;
  const problems = [];
  for (const element of document.querySelectorAll('body *')) {
    const isText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (isText && element.tagName !== 'STYLE') {
      let behind = element;
      while (!isOpaque(behind)) behind = behind.parentElement;
      const [dark, light] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(luminance).sort((one, other) => one - other);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) problems.push(`${element.textContent.trim()}: ${contrast.toFixed(2)}`);
    }
    if (element.matches('button, label')) {
      const { width, height } = element.getBoundingClientRect();
      if (width < 24 || height < 24) problems.push(`${element.textContent.trim()}: ${width} by ${height}`);
    }
  }
  return problems;
});

async function assertGood(page, what) {
  assert.equal(await page.locator('script').count(), 0, `${what} has no script`);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${what}: nothing sticks out sideways`);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  assert.deepEqual(await unreadable(page), [], what);
}

const [desktop, phone] = [{ viewport: { width: 1200, height: 900 } }, { viewport: { width: 390, height: 844 }, isMobile: true, deviceScaleFactor: 2 }];
const looks = [['desktop', desktop], ['phone', phone]].flatMap(([device, options]) =>
  ['light', 'dark'].map((colorScheme) => ({ name: `${device}-${colorScheme}`, colorScheme, ...options })));

for (const look of looks) {
  test(`a person connects (${look.name})`, async () => {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const { url, clientId, verifier } = await authorizationUrl();
    arrived = undefined;

    await page.goto(url);
    await page.screenshot({ path: `${artifacts}/consent-${look.name}.png`, fullPage: true });
    assert.match(await page.locator('body').innerText(), /Claude/);
    await assertGood(page, 'the consent page');

    await page.getByRole('button', { name: /approve|allow/i }).click();
    await page.waitForURL(/sign-in/);
    await page.screenshot({ path: `${artifacts}/sign-in-${look.name}.png`, fullPage: true });
    await page.getByRole('button', { name: /Ada/ }).click();
    await page.getByRole('heading', { name: 'For which organization?' }).waitFor();
    await page.screenshot({ path: `${artifacts}/organization-${look.name}.png`, fullPage: true });
    await assertGood(page, 'the choice of an organization');
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.waitForURL(`${redirectUri}**`);

    assert.equal(arrived.searchParams.get('state'), 'browser-state');
    assert.equal(arrived.searchParams.get('iss'), new URL(stack.mcpUrl).origin);
    const token = await fetch(new URL('/token', stack.mcpUrl), {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: arrived.searchParams.get('code'), code_verifier: verifier, client_id: clientId, redirect_uri: redirectUri }),
    });
    assert.equal(token.status, 200);
    const { access_token: accessToken } = await token.json();
    for (const [name, args] of [['search_orders', { query: 'lamp' }], ['orders_chart', {}], ['cancel_order', { order_id: 'A-0' }]]) await callTool(accessToken, name, args);

    await page.goto(new URL('/connections', stack.mcpUrl).href);
    await page.waitForURL('**/connections');
    await page.getByRole('heading', { name: 'Your assistants' }).waitFor();
    // What only reads is in the audit log a second later.
    for (let reloads = 0; reloads < 100 && !(await page.locator('body').innerText()).includes('Search orders'); ++reloads) await page.reload();
    assert.match(await page.locator('body').innerText(), /Did lately[^]*Cancel order[^]*Search orders/);
    await page.screenshot({ path: `${artifacts}/connections-${look.name}.png`, fullPage: true });
    await assertGood(page, 'the connections page');
    assert.deepEqual(errors, []);
    await context.close();
  });

  test(`a site asks, and something is wrong (${look.name})`, async () => {
    const context = await browser.newContext(look);
    const page = await context.newPage();
    await page.goto((await authorizationUrl('Claude', siteUri)).url);
    await page.screenshot({ path: `${artifacts}/consent-of-a-site-${look.name}.png`, fullPage: true });
    await assertGood(page, 'the consent page of a site');
    await page.goto(new URL('/authorize?client_id=nobody', stack.mcpUrl).href);
    await page.screenshot({ path: `${artifacts}/problem-${look.name}.png`, fullPage: true });
    await assertGood(page, 'the page of what went wrong');
    await context.close();
  });
}

test('what a screen reader says of the consent page, in its order', async () => {
  const page = await browser.newPage();
  await page.goto((await authorizationUrl('Claude', siteUri)).url);
  assert.equal(await page.title(), 'Connect an assistant');
  assert.equal(await page.getByRole('main').ariaSnapshot(), `- main:
  - paragraph: Acme Shop · ${stack.server.url}
  - heading "Let an assistant use Acme Shop as you?" [level=1]
  - paragraph: It calls itself “Claude”. We have not checked that name.
  - heading "It will be able to" [level=2]
  - list:
    - listitem: See who you are and who else is in your organization
    - listitem: See your orders
    - listitem: Cancel your orders
  - heading "You will be sent back to" [level=2]
  - paragraph: assistant.example
  - paragraph: If you approve, the next step is signing in to Acme Shop.
  - checkbox "Do not ask me again for 30 days, unless it wants more than this"
  - text: Do not ask me again for 30 days, unless it wants more than this
  - button "Deny"
  - button "Approve"`);
  await page.close();
});

test('the keyboard alone is enough to choose an organization, and a screen reader says which there are', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto((await authorizationUrl()).url);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('button', { name: /Katherine/ }).click();
  await page.getByRole('heading', { name: 'For which organization?' }).waitFor();
  assert.equal(await page.title(), 'Choose an organization');
  assert.equal(await page.getByRole('main').ariaSnapshot(), `- main:
  - paragraph: Acme Shop · ${stack.server.url}
  - heading "For which organization?" [level=1]
  - paragraph: You are signed in as Katherine Johnson. “Claude” will use Acme Shop for the one that you choose, and for no other.
  - group "Connect it for":
    - text: Connect it for
    - radio "Globex globex"
    - text: Globex globex
    - radio "Acme acme"
    - text: Acme acme
    - radio "Your own account open in Acme Shop now" [checked]
    - text: Your own account open in Acme Shop now
  - paragraph: Some of what it does may work only while the same organization is open in Acme Shop.
  - button "Deny"
  - button "Connect"`);
  const focused = () => page.evaluate(() => {
    const { value, textContent } = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return { name: value?.startsWith('org_') || value === '-' ? value : textContent, seen: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 };
  });
  await page.keyboard.press('Tab');
  assert.deepEqual(await focused(), { name: '-', seen: true });
  await page.keyboard.press('ArrowUp');
  assert.deepEqual(await focused(), { name: acme, seen: true });
  for (const name of ['Deny', 'Connect']) {
    await page.keyboard.press('Tab');
    assert.deepEqual(await focused(), { name, seen: true });
  }
  arrived = undefined;
  await page.keyboard.press('Enter');
  await page.waitForURL(`${redirectUri}**`);
  assert.ok(arrived.searchParams.get('code'));
  await context.close();
});

// The site's own page is not there to be loaded: that the browser asks for it, with a code, is all that matters.
const arrivedAt = (page) => page.waitForRequest((request) => request.url().startsWith(siteUri)).then((request) => new URL(request.url()));

test('the keyboard alone is enough to be asked no more; a link on another site has it asked all the same', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const { url } = await authorizationUrl('Claude', siteUri);
  await page.goto(url);
  const focused = () => page.evaluate(() => {
    const element = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return { name: element.name === 'remember' ? 'box' : element.textContent, seen: outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2 };
  });
  for (const name of ['box', 'Deny', 'Approve']) {
    await page.keyboard.press('Tab');
    assert.deepEqual(await focused(), { name, seen: true });
    if (name === 'box') await page.keyboard.press('Space');
  }
  assert.equal(await page.getByRole('checkbox').isChecked(), true);
  await page.keyboard.press('Enter');
  await page.waitForURL(/sign-in/);
  await page.getByRole('button', { name: /Katherine/ }).press('Enter');
  const [first] = await Promise.all([arrivedAt(page), page.getByRole('button', { name: 'Connect', exact: true }).press('Enter')]);
  assert.ok(first.searchParams.get('code'));

  const typed = await context.newPage();
  const [second] = await Promise.all([arrivedAt(typed), typed.goto(url).catch(() => {})]);
  assert.ok(second.searchParams.get('code'), 'whoever types the address is not asked again');
  assert.notEqual(second.searchParams.get('code'), first.searchParams.get('code'));

  const port = await freePort();
  const site = createServer((request, response) => response.setHeader('content-type', 'text/html').end(`<a href="${url.replaceAll('&', '&amp;')}">connect</a><iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`)).listen(port);
  const [elsewhere, besides] = [await context.newPage(), await context.newPage()];
  await elsewhere.goto(`http://127.0.0.1:${port}/`); // to a browser 127.0.0.1 is another site than localhost
  await elsewhere.getByRole('link').click();
  await elsewhere.getByRole('button', { name: 'Approve' }).waitFor();
  await besides.goto(`http://localhost:${port}/`); // and this is the same one
  const [third] = await Promise.all([arrivedAt(besides), besides.getByRole('link').click()]);
  assert.ok(third.searchParams.get('code'));
  await context.close();
  site.close();
});

test('the keyboard alone is enough to refuse', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  arrived = undefined;
  await page.goto((await authorizationUrl()).url);
  const deny = page.getByRole('button', { name: /deny|cancel|refuse/i });
  for (let presses = 0; presses < 20 && !(await deny.evaluate((button) => button === document.activeElement)); ++presses) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${redirectUri}**`);
  assert.equal(arrived.searchParams.get('error'), 'access_denied');
  assert.equal(arrived.searchParams.get('code'), null);
  await context.close();
});

test('the keyboard alone, and the names that a screen reader says, are enough to disconnect one assistant', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  for (const name of ['Claude', 'Cursor']) {
    arrived = undefined;
    const { url, clientId, verifier } = await authorizationUrl(name);
    await page.goto(url);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.waitForURL(/sign-in|callback/);
    if (/sign-in/.test(page.url())) await page.getByRole('button', { name: /Grace/ }).click();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.waitForURL(`${redirectUri}**`);
    await fetch(new URL('/token', stack.mcpUrl), {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'authorization_code', code: arrived.searchParams.get('code'), code_verifier: verifier, client_id: clientId, redirect_uri: redirectUri }),
    });
  }
  await page.goto(new URL('/connections', stack.mcpUrl).href);
  await page.waitForURL('**/connections');
  const button = page.getByRole('region', { name: 'Claude' }).getByRole('button', { name: 'Disconnect' });
  assert.equal(await page.getByRole('region').count(), 2);
  for (let presses = 0; presses < 20 && !(await button.evaluate((each) => each === document.activeElement)); ++presses) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'Claude' }).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('region', { name: 'Cursor' }).count(), 1);
  await context.close();
});

test('the consent page cannot be framed', async () => {
  const { url } = await authorizationUrl();
  const port = await freePort();
  const framer = createServer((request, response) => response.setHeader('content-type', 'text/html').end(`<iframe src="${url}"></iframe>`)).listen(port, '127.0.0.1');
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForTimeout(500);
  const inside = await page.frames()[1]?.evaluate(() => document.body?.innerText ?? '').catch(() => '');
  assert.equal(page.frames().length, 2, 'the page did try to frame it');
  assert.doesNotMatch(inside ?? '', /Claude/);
  framer.close();
});

test('the first page of the server says what it is', async () => {
  const page = await browser.newPage();
  await page.goto(stack.server.url);
  await page.screenshot({ path: `${artifacts}/home.png`, fullPage: true });
  assert.match(await page.locator('body').innerText(), /\/mcp/);
  await page.goto(stack.app.url);
  await page.screenshot({ path: `${artifacts}/acme-app.png`, fullPage: true });
});
