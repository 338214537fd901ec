#include "emulators/clerk/browser.hpp"
#include "emulators/clerk/page.hpp"
#include "postern/http/html.hpp"

namespace postern::emulator::browser {

namespace {

using http::escape_html;

struct Lever {
  std::string_view call, purpose;
};

constexpr Lever levers[] = {
    {"POST clock/advance {\"seconds\":61}", "let time pass"},
    {"POST sessions/{id}/end", "sign somebody out behind their back"},
    {"POST sessions/{id}/status {\"status\":\"pending\"}", "any status that a session can have"},
    {"POST users/{id}/ban", "ban, and end all sessions"},
    {"POST faults {\"match\":\"/v1/users\",\"status\":429,\"retry_after\":2,\"times\":1}",
     "fail, or be slow: delay_ms"},
    {"DELETE faults", "work properly again"},
    {"POST rotate-key", "a new signing key"},
    {"POST reset", "back to the seeds"},
    {"GET state", "users, sessions, keys, as JSON"},
    {"GET calls", "what was called, as JSON"},
};

std::string users_table(const World& world) {
  std::string html = "<table>";
  for (const auto& [id, user] : world.users) {
    html += "<tr><td>" + escape_html(user.display_name()) + "</td><td><code>" + escape_html(id) + "</code></td><td>" +
            (user.banned ? "banned" : "") + "</td></tr>";
  }
  return html + "</table>";
}

constexpr std::size_t applications_shown_max = 20;

// Secrets and all: whoever looks at this page has made them.
std::string applications_table(const World& world) {
  std::string html = "<table>";
  std::size_t shown = 0;
  for (const auto& [id, application] : world.oauth_applications) {
    if (++shown > applications_shown_max) break;
    html += "<tr><td>" + escape_html(application.name) + "</td><td><code>" + escape_html(application.client_id) +
            "</code><br><code>" + escape_html(application.client_secret) + "</code></td><td>";
    for (const std::string& uri : application.redirect_uris) html += "<code>" + escape_html(uri) + "</code><br>";
    html += "</td></tr>";
  }
  return html + "</table>";
}

std::string levers_table() {
  std::string html = "<table>";
  for (const Lever& lever : levers) {
    html += "<tr><td><code>" + escape_html(lever.call) + "</code></td><td>" + escape_html(lever.purpose) + "</td></tr>";
  }
  return html + "</table>";
}

}  // namespace

http::Response show_start(Call& call) {
  const Settings& settings = call.world.settings();
  std::string body =
      "<main class=\"wide\"><div class=\"card\"><header><!--mark--><h1>The offline Clerk</h1>"
      "<p>Speaks Clerk's wire formats on this machine, for development and tests. "
      "<a href=\"/sign-in\">Sign in</a> or <a href=\"/sign-out\">out</a>.</p></header>\n";
  body += "<section><h2>Point an app at it</h2><pre>CLERK_PUBLISHABLE_KEY=" + escape_html(settings.publishable_key()) +
          "\nCLERK_SECRET_KEY=" + escape_html(settings.secret_key) +
          "\nCLERK_API_URL=" + escape_html(settings.issuer()) + "\nCLERK_PROXY_URL=" + escape_html(settings.issuer()) +
          "\nCLERK_TELEMETRY_DISABLED=1</pre></section>\n";
  body += "<section><h2>Users</h2>" + users_table(call.world) + "</section>\n";
  body += "<section><h2>OAuth applications: client ID and secret, and where they lead back to</h2>" +
          applications_table(call.world) + "</section>\n";
  body += "<section><h2>Levers, under <code>/__emulator/</code></h2>" + levers_table() + "</section></div></main>";
  return html_page({.title = "The offline Clerk", .body = std::move(body)});
}

}  // namespace postern::emulator::browser
