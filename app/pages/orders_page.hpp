// The page that shows what search_orders found: an MCP App (postern/mcp/page.hpp). It gets the tool's result from the
// client that shows it, and nothing from anywhere else, so it needs no leave to reach anything.
#pragma once

#include <string_view>

namespace app {

inline constexpr std::string_view orders_page = R"html(<!DOCTYPE html>
<meta charset="utf-8">
<title>Orders</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 1rem; font: 1rem/1.5 var(--font-sans, system-ui, sans-serif); color: var(--color-text-primary, CanvasText); }
  table { width: 100%; border-collapse: collapse; }
  th, td { padding: .375rem .5rem; text-align: left; border-bottom: 1px solid var(--color-border-primary, #8884); }
  th:last-child, td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
</style>
<table hidden><thead><tr><th>Order<th>Placed<th>State<th>Total<tbody></table>
<p>Waiting for the orders …</p>
<script>
  // MCP Apps 2026-01-26: ui/initialize, then the host sends the tool's result.
  const send = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  function show({ orders }) {
    const rows = orders.map((order) => {
      const row = document.createElement('tr');
      const total = new Intl.NumberFormat(undefined, { style: 'currency', currency: order.currency }).format(order.total_cents / 100);
      for (const text of [order.id, order.placed_on, order.status, total]) row.insertCell().textContent = text;
      return row;
    });
    document.querySelector('tbody').replaceChildren(...rows);
    document.querySelector('table').hidden = rows.length === 0;
    document.querySelector('p').textContent = rows.length === 0 ? 'No orders.' : '';
    send({ method: 'ui/notifications/size-changed', params: { height: document.documentElement.scrollHeight } });
  }
  addEventListener('message', ({ source, data }) => {
    if (source !== parent) return;
    if (data.id === 1 && data.result) send({ method: 'ui/notifications/initialized' });
    if (data.method === 'ui/notifications/tool-result' && data.params.structuredContent) show(data.params.structuredContent);
  });
  send({ id: 1, method: 'ui/initialize',
    params: { protocolVersion: '2026-01-26', appInfo: { name: 'orders', version: '1.0.0' }, appCapabilities: {} } });
</script>
)html";

}  // namespace app
