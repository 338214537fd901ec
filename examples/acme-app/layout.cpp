#include "acme-app/layout.hpp"

#include "postern/http/html.hpp"

namespace acme {

using namespace postern;

namespace {

constexpr std::string_view css = R"css(
:root {
  color-scheme: light dark;
  --page: #fbfaf7; --card: #ffffff; --line: #e6e2d8; --text: #22201b; --quiet: #736d60; --accent: #a2542a; --on-accent: #ffffff;
  --open: #8a5a00; --open-page: #fdf1d8; --paid: #1d5fa8; --paid-page: #e5f0fc; --shipped: #24703f; --shipped-page: #e3f4e8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #171613; --card: #201e1a; --line: #37342d; --text: #f3f0e8; --quiet: #a8a193; --accent: #e29a6d; --on-accent: #201e1a;
    --open: #f0c164; --open-page: #332a16; --paid: #8dc0f5; --paid-page: #1a2938; --shipped: #86d29f; --shipped-page: #17301f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--accent); }
.bar { border-bottom: 1px solid var(--line); background: var(--card); }
.bar > div { display: flex; align-items: center; gap: 20px; max-width: 880px; margin: 0 auto; padding: 14px 20px; }
.bar a, .bar span { white-space: nowrap; }
.bar a:not(.button) { color: inherit; text-decoration: none; }
.brand { font: 600 20px/1 Georgia, "Times New Roman", serif; letter-spacing: .01em; margin-right: auto; }
.bar span { color: var(--quiet); }
@media (max-width: 460px) { .bar span { display: none; } }
main { max-width: 880px; margin: 0 auto; padding: 40px 20px 64px; }
main.narrow { max-width: 480px; }
h1 { margin: 0 0 8px; font: 600 32px/1.2 Georgia, "Times New Roman", serif; }
p { margin: 0 0 20px; color: var(--quiet); max-width: 60ch; }
.button {
  display: inline-block; padding: 10px 20px; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.card { padding: 28px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
.search { display: flex; flex-wrap: wrap; gap: 10px; margin: 20px 0; }
input, select {
  padding: 9px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: inherit; font: inherit;
}
.search input { flex: 1; min-width: 180px; }
.orders { margin: 0 0 20px; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
.orders li { display: flex; align-items: baseline; flex-wrap: wrap; gap: 4px 16px; padding: 14px 20px; border-top: 1px solid var(--line); }
.orders li:first-child { border-top: 0; }
.what { flex: 1 1 260px; }
.what small { display: block; color: var(--quiet); font-size: 13px; }
.total { min-width: 96px; text-align: right; font-variant-numeric: tabular-nums; }
.status { min-width: 84px; padding: 2px 10px; border-radius: 99px; font-size: 13px; text-align: center; }
.open { color: var(--open); background: var(--open-page); }
.paid { color: var(--paid); background: var(--paid-page); }
.shipped { color: var(--shipped); background: var(--shipped-page); }
.cancelled { color: var(--quiet); background: var(--page); }
)css";

std::string navigation(const std::string& signed_in_as) {
  if (signed_in_as.empty()) return "<a class=\"button\" href=\"/orders\">Sign in</a>";
  return "<a href=\"/orders\">Orders</a><span>" + http::escape_html(signed_in_as) +
         "</span><a href=\"/sign-out\">Sign out</a>";
}

}  // namespace

http::Response page(const Page& page) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  html += http::escape_html(page.title) +
          " · Acme</title>\n<link rel=\"stylesheet\" href=\"/acme.css\">\n</head>\n<body>\n";
  html += "<header class=\"bar\"><div><a class=\"brand\" href=\"/\">Acme</a>" + navigation(page.signed_in_as);
  html += "</div></header>\n" + (page.body.starts_with("<main") ? page.body : "<main>" + page.body + "</main>");
  html += "\n</body>\n</html>\n";
  http::Response response = http::Response::html(page.status, std::move(html));
  // No form-action: browsers hold it against the redirects that follow a form as well, and the one to the MCP server
  // leads on to whoever is being connected. Every form's target is fixed by us.
  response.headers.set(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; script-src 'self'; base-uri 'none'; frame-ancestors 'none'");
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "strict-origin");  // our addresses may carry a flow's state
  return response;
}

http::Response stylesheet() {
  http::Response response = http::Response::text(200, std::string(css));
  response.headers.set("Content-Type", "text/css; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace acme
