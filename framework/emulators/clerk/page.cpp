#include "emulators/clerk/page.hpp"

#include "postern/http/html.hpp"

namespace postern::emulator {

namespace {

constexpr std::string_view css = R"css(
:root {
  color-scheme: light dark;
  --page: #f6f6f8; --card: #ffffff; --line: #e4e4ea; --text: #17171c; --quiet: #6b6b78; --accent: #5b4bdb;
  --hover: #f3f2fd; --warn: #9a5b00; --warn-page: #fff6e5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111116; --card: #1a1a21; --line: #2d2d38; --text: #f1f1f5; --quiet: #9d9dac; --accent: #a79dff;
    --hover: #23222f; --warn: #f0b95b; --warn-page: #2b2315;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 48px 16px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 400px; margin: 0 auto; }
main.wide { max-width: 720px; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 16px; overflow: hidden;
  box-shadow: 0 1px 2px rgb(0 0 0 / 5%), 0 12px 32px rgb(0 0 0 / 7%);
}
.card > header { padding: 32px 32px 20px; text-align: center; }
.mark {
  display: inline-grid; place-items: center; width: 44px; height: 44px; margin-bottom: 14px; border-radius: 12px;
  background: var(--accent); color: var(--card);
}
h1 { margin: 0; font-size: 20px; line-height: 1.3; letter-spacing: -0.01em; }
h2 { margin: 0 0 10px; font-size: 14px; }
p { margin: 6px 0 0; color: var(--quiet); }
form { margin: 0; }
.people { padding: 0 16px 16px; }
.person {
  display: flex; align-items: center; gap: 12px; width: 100%; margin-top: 8px; padding: 12px 16px; border-radius: 12px;
  border: 1px solid var(--line); background: none; color: inherit; font: inherit; text-align: left; cursor: pointer;
}
.person:hover:enabled { background: var(--hover); border-color: var(--accent); }
.person:disabled { opacity: .55; cursor: not-allowed; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.face {
  flex: none; display: grid; place-items: center; width: 38px; height: 38px; border-radius: 50%; color: #fff;
  font-size: 13px; font-weight: 600; letter-spacing: .02em;
}
.face-0 { background: #6a4fd4; } .face-1 { background: #0b7a75; } .face-2 { background: #b3541e; }
.face-3 { background: #2f62c9; } .face-4 { background: #a13670; }
.who { flex: 1; min-width: 0; }
.who b { display: block; font-weight: 600; }
.who span { display: block; color: var(--quiet); font-size: 13px; overflow: hidden; text-overflow: ellipsis; }
.tag { flex: none; padding: 2px 8px; border-radius: 99px; background: var(--hover); color: var(--accent); font-size: 12px; font-weight: 600; }
.go { flex: none; color: var(--quiet); }
.card > footer { padding: 14px 32px; border-top: 1px solid var(--line); background: var(--warn-page); color: var(--warn); font-size: 13px; text-align: center; }
.button {
  display: block; width: 100%; padding: 11px; border: 0; border-radius: 10px; background: var(--accent); color: var(--card);
  font: inherit; font-weight: 600; cursor: pointer;
}
.button.quiet { background: none; border: 1px solid var(--line); color: inherit; }
.account { display: flex; align-items: center; gap: 12px; padding: 14px 32px; font-size: 14px; }
.asks { margin: 0; padding-left: 18px; }
.asks li { margin: 4px 0; }
.decision { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; padding: 20px 32px 0; border-top: 1px solid var(--line); }
.decision label { grid-column: 1 / -1; font-size: 13px; color: var(--quiet); }
.decision select { display: block; width: 100%; margin-top: 4px; padding: 9px; border: 1px solid var(--line); border-radius: 10px; background: var(--card); color: var(--text); font: inherit; }
.leads { margin: 14px 32px 16px; text-align: center; font-size: 13px; overflow-wrap: anywhere; }
.below { margin: 18px 0 0; text-align: center; font-size: 13px; }
a { color: var(--accent); }
section { padding: 20px 32px; border-top: 1px solid var(--line); }
pre {
  margin: 0; padding: 14px 16px; border-radius: 10px; background: var(--page); overflow-x: auto;
  font: 12.5px/1.6 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
table { width: 100%; border-collapse: collapse; font-size: 13px; }
td { padding: 7px 12px 7px 0; border-top: 1px solid var(--line); vertical-align: top; }
tr:first-child td { border-top: 0; }
code { font: 12.5px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
)css";

// A gate with its postern open.
constexpr std::string_view mark =
    R"html(<span class="mark" aria-hidden="true"><svg width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M4 21V10a8 8 0 0 1 16 0v11"/><path d="M10 21v-7a2 2 0 0 1 4 0v7"/><path d="M2 21h20"/></svg></span>)html";

}  // namespace

http::Response html_page(const HtmlPage& page) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
  html +=
      http::escape_html(page.title) + "</title>\n<link rel=\"stylesheet\" href=\"/emulator.css\">\n</head>\n<body>\n";
  html += page.body;
  html += "\n</body>\n</html>\n";
  if (const std::size_t at = html.find("<!--mark-->"); at != std::string::npos) html.replace(at, 11, mark);
  http::Response response = http::Response::html(page.status, std::move(html));
  response.headers.set("Content-Security-Policy",
                       "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'" +
                           (page.forms_lead_anywhere ? "" : "; form-action 'self' " + page.form_targets));
  response.headers.set("Cache-Control", "no-store");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy",
                       "same-origin");  // the sign-in form is told apart from a foreign one by its Origin
  return response;
}

http::Response stylesheet() {
  http::Response response = http::Response::text(200, std::string(css));
  response.headers.set("Content-Type", "text/css; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace postern::emulator
