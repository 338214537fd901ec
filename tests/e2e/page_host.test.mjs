// The page of orders in a real host of MCP Apps (io.modelcontextprotocol/ui, 2026-01-26): AppBridge, of
// @modelcontextprotocol/ext-apps, in a real browser. What it shows is what the server's tool answered; the screenshot is kept
// in artifacts/.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { Assistant, modern } from '../harness/assistant.mjs';
import { Person } from '../harness/person.mjs';
import { startStack } from '../harness/stack.mjs';

// The host's side, in its own page: frames the app, and speaks to it through AppBridge.
const hostScript = `
  import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';
  window.show = async ({ html, input, result }) => {
    const frame = document.querySelector('iframe');
    const bridge = new AppBridge(null, { name: 'host', version: '1.0.0' }, {}, { hostContext: { theme: 'light' } });
    bridge.onsizechange = ({ height }) => { frame.height = height; };
    const initialized = new Promise((resolve) => { bridge.oninitialized = resolve; });
    await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
    frame.srcdoc = html;
    await initialized;
    await bridge.sendToolInput({ arguments: input });
    await bridge.sendToolResult(result);
    return { app: bridge.getAppVersion(), capabilities: bridge.getAppCapabilities() };
  };`;
// What a page may do that is not declared to need anything (2026-01-26, UI resource format, content security policy).
const policy = `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'none'`;

let stack, browser, assistant;
before(async () => {
  await mkdir('artifacts', { recursive: true });
  stack = await startStack();
  assistant = await new Assistant(stack.mcpUrl, { clientName: 'Host' }).connectAs(new Person('Ada'), modern);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
});
after(async () => {
  await browser?.close();
  await assistant?.close();
  await stack?.stop();
});

test('the page that search_orders names shows the orders that search_orders found', async () => {
  const { client } = assistant;
  const { tools } = await client.listTools();
  const uri = tools.find((tool) => tool.name === 'search_orders')._meta.ui.resourceUri;
  const [{ text: html, mimeType }] = (await client.readResource({ uri })).contents;
  assert.equal(mimeType, 'text/html;profile=mcp-app');
  const input = { limit: 8 };
  const result = await client.callTool({ name: 'search_orders', arguments: input });
  const { orders } = result.structuredContent;
  assert.equal(orders.length, 8);

  const page = await browser.newPage({ viewport: { width: 760, height: 480 }, locale: 'en-GB' });
  const [requests, complaints] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const bundle = await build({ stdin: { contents: hostScript, resolveDir: process.cwd() }, bundle: true, format: 'iife', write: false });
  await page.setContent('<!DOCTYPE html><body style="margin:0"><iframe sandbox="allow-scripts" style="border:0;width:100%" height="40"></iframe>');
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  const guarded = html.replace('<!DOCTYPE html>', `<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="${policy}">`);
  const shown = await page.evaluate((what) => window.show(what), { html: guarded, input, result });
  assert.deepEqual(shown.app, { name: 'orders', version: '1.0.0' });

  const frame = page.frames()[1];
  await frame.waitForSelector('table:not([hidden])');
  const rows = await frame.$$eval('tbody tr', (all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  const money = ({ currency, total_cents: cents }) => new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(cents / 100);
  assert.deepEqual(rows, orders.map((order) => [order.id, order.placed_on, order.status, money(order)]));
  // As high as it asked to be: nothing is cut off.
  await page.waitForFunction(() => document.querySelector('iframe').height > 200);
  assert.equal(await frame.evaluate(() => document.documentElement.scrollHeight <= innerHeight), true);
  assert.deepEqual([requests.filter((url) => !url.startsWith('about:')), complaints], [[], []]);
  await page.locator('iframe').screenshot({ path: 'artifacts/page-of-orders.png' });
});
