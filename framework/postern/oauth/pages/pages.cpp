#include "postern/oauth/pages/pages.hpp"

#include <chrono>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/http/html.hpp"

namespace postern::oauth {
namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --ground: #f4f3ef; --card: #fff; --ink: #1d1c1a; --soft: #625f58; --line: #e3e0d8;
  --accent: #24564a; --on-accent: #fff; --warn: #8a4b08; --warn-ground: #fdf4e3; }
@media (prefers-color-scheme: dark) { :root { --ground: #161614; --card: #201f1d; --ink: #f0eee9; --soft: #aaa69c;
  --line: #383631; --accent: #8fd0bd; --on-accent: #10241e; --warn: #f0c27a; --warn-ground: #33291a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; overflow-wrap: anywhere; }
.server { margin: 0 0 .5rem; color: var(--soft); font-size: .875rem; }
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.3; font-weight: 650; }
h2 { margin: 1.5rem 0 .375rem; color: var(--soft); font-size: .875rem; font-weight: 600; }
p { margin: 0 0 .75rem; }
ul { margin: 0; padding-left: 1.25rem; }
li { margin: .25rem 0; }
.place { margin: 0; padding: .625rem .875rem; border: 1px solid var(--line); border-radius: .625rem; font-weight: 600; }
.warning { margin: .625rem 0 0; padding: .625rem .875rem; border-radius: .625rem; color: var(--warn);
  background: var(--warn-ground); font-size: .875rem; }
.next { margin: 1.5rem 0 0; color: var(--soft); font-size: .875rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; }
button { flex: 1 1 9rem; min-height: 2.875rem; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .625rem;
  background: transparent; color: var(--ink); font: inherit; font-weight: 600; cursor: pointer; }
button.approve { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
label { display: flex; gap: .625rem; margin: 1.25rem 0 0; align-items: baseline; cursor: pointer; }
fieldset, form .next { flex: 1 0 100%; margin: 0; padding: 0; border: 0; }
legend { padding: 0; color: var(--soft); font-size: .875rem; font-weight: 600; }
fieldset label { margin: .5rem 0 0; padding: .625rem .875rem; border: 1px solid var(--line); border-radius: .625rem; }
input { flex: none; width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); translate: 0 .1875rem; }
section { margin: 1.25rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); }
section h2 { margin: 0 0 .5rem; color: var(--ink); font-size: 1.0625rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; font-size: .9375rem; }
dt { color: var(--soft); }
dd { margin: 0; }
dd ul { padding-left: 1rem; }
dd li:first-child { margin-top: 0; }
small { display: block; color: var(--soft); font-size: .8125rem; }
section form { margin-top: .875rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
)css";

}  // namespace

Pages::Pages(Crypto& crypto)
    : content_security_policy_("default-src 'none'; style-src 'sha256-" + base64_encode(crypto.sha256(style)) +
                               "'; base-uri 'none'; frame-ancestors 'none'") {}

http::Response Pages::show(int status, std::string_view title, std::string_view content) const {
  std::string html = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  html.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  html.append("<title>").append(http::escape_html(title)).append("</title>\n");
  html.append("<style>").append(style).append("</style>\n</head>\n<body>\n<main>\n");
  html.append(content).append("\n</main>\n</body>\n</html>\n");
  http::Response response = http::Response::html(status, std::move(html));
  response.headers.set("Content-Security-Policy", content_security_policy_);
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

http::Response Pages::problem(int status, std::string_view title, std::string_view advice) const {
  return show(status, title, "<h1>" + http::escape_html(title) + "</h1>\n<p>" + http::escape_html(advice) + "</p>");
}

http::Response Pages::too_often(Duration wait) const {
  http::Response response = problem(429, "That was a lot at once", "Wait a minute, and try again.");
  response.headers.set("Retry-After", concat(std::chrono::ceil<std::chrono::seconds>(wait).count()));
  return response;
}

}  // namespace postern::oauth
