#include "postern/oauth/pages/connections_page.hpp"

#include <array>
#include <chrono>

#include "postern/base/concat.hpp"
#include "postern/http/html.hpp"
#include "postern/oauth/pages/words.hpp"
#include "postern/uri/url.hpp"

namespace postern::oauth {
namespace {

using http::escape_html;

// "3 November 2026", in UTC: which zone the visitor lives in a page without script does not know.
std::string day_of(TimePoint time) {
  constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                    "May",       "June",     "July",     "August",
                                                    "September", "October",  "November", "December"};
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  return concat(static_cast<unsigned>(date.day()), " ", months.at(static_cast<unsigned>(date.month()) - 1), " ",
                static_cast<int>(date.year()));
}

// A grant knows its last refresh, and an access token is used for ten minutes after it: so no finer than hours.
std::string how_long_ago(Duration passed) {
  const auto hours = std::chrono::floor<std::chrono::hours>(passed).count();
  if (hours < 1) return "within the last hour";
  if (hours < 24) return concat(hours, hours == 1 ? " hour ago" : " hours ago");
  return concat(hours / 24, hours < 48 ? " day ago" : " days ago");
}

std::string when(Duration passed) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(passed).count();
  if (minutes < 1) return "just now";
  if (minutes < 60) return concat(minutes, minutes == 1 ? " minute ago" : " minutes ago");
  return how_long_ago(passed);
}

// What became of a call, where that is worth a word. Of one that was never heard of again nobody can say.
std::string_view what_became(std::string_view outcome) {
  if (outcome == "ok") return {};
  if (outcome == "denied") return "not allowed";
  if (outcome == "asked") return "asked something first";
  if (outcome == "cancelled") return "was stopped";
  if (outcome == "timed_out") return "took too long";
  if (outcome == "not_run") return "was not done";
  if (outcome == "began") return "not known to have ended";
  return "did not work";
}

std::string calls_html(const std::vector<RecentCall>& calls, TimePoint now) {
  std::string html = "<ul class=\"calls\">";
  for (const RecentCall& call : calls) {
    html += concat("<li><bdi>", escape_html(call.title), "</bdi>");
    if (call.calls > 1) html += concat(", ", call.calls, " times");
    html += concat(" <small>", when(now - call.at));
    if (const std::string_view became = what_became(call.outcome); !became.empty()) html += concat(" · ", became);
    html += "</small></li>";
  }
  return html + "</ul>";
}

// Where it runs, as far as that is known: the same host that the consent page showed.
std::string place_of(const std::string& redirect_uri) {
  const auto url = uri::Url::parse(redirect_uri);
  if (!url) return {};  // cannot be: it was parsed when it was registered
  if (url->is_loopback()) return "a program on a computer";
  if (url->scheme() == "https") return escape_html(url->host());
  return "an app that opens " + escape_html(url->scheme()) + ": links";
}

std::string row(std::string_view term, std::string_view description) {
  return concat("<dt>", term, "</dt><dd>", description, "</dd>\n");
}

std::string form(std::string_view form_token, std::string_view grant_id, std::string_view button) {
  return concat(
      "<form method=\"post\" action=\"/connections/disconnect\">\n<input type=\"hidden\" name=\"token\" value=\"",
      form_token, "\">\n<input type=\"hidden\" name=\"connection\" value=\"", grant_id, "\">\n", button, "\n</form>\n");
}

std::string assistant(const Settings& settings, const Grant& grant, const CallsByConnection& calls,
                      std::string_view form_token, TimePoint now) {
  const std::string name = quoted(grant.client_name.empty() ? "an assistant" : grant.client_name);
  const auto voucher = find_voucher(grant.client_id);
  const std::string& organization =
      grant.user.organization_name.empty() ? grant.user.organization_id : grant.user.organization_name;
  std::string html =
      concat("<section aria-labelledby=\"", grant.id, "\">\n<h2 id=\"", grant.id, "\">", name, "</h2>\n<dl>\n");
  if (voucher) html += row("Vouched for by", escape_html(*voucher));
  html += row("Where", place_of(grant.redirect_uri));
  html += row("Connected", "<time>" + day_of(grant.started_at) + "</time>");
  if (!grant.user.actor.empty())
    html += row("By", concat("somebody who acts for you: <bdi>", escape_html(grant.user.actor), "</bdi>"));
  html += row("Last used", how_long_ago(now - grant.rotated_at));
  if (!organization.empty()) html += row("Organization", escape_html(organization));
  html += row("Can", permissions(settings, grant.scopes));
  if (const auto lately = calls.find(grant.id); lately != calls.end())
    html += row("Did lately", calls_html(lately->second, now));
  html += "</dl>\n";
  html += form(form_token, grant.id, concat("<button aria-describedby=\"", grant.id, "\">Disconnect</button>"));
  return html + "</section>\n";
}

}  // namespace

std::string connections_html(const Settings& settings, const SignedInUser& visitor, const std::vector<Grant>& grants,
                             const CallsByConnection& calls, std::string_view form_token, TimePoint now) {
  const std::string server = escape_html(settings.server_name);
  std::string html = concat("<p class=\"server\">", server, " · ", escape_html(settings.issuer), "</p>\n");
  html += "<h1>Your assistants</h1>\n<p>";
  if (!visitor.name.empty()) html += concat("You are ", "<bdi>", escape_html(visitor.name), "</bdi>. ");
  if (grants.empty()) return html + concat("No assistant is connected to your account at ", server, ".</p>");
  html += concat("These can use ", server, " as you, until you disconnect them.</p>\n");
  for (const Grant& grant : grants) html += assistant(settings, grant, calls, form_token, now);
  if (grants.size() > 1)
    html += concat("<section>\n", form(form_token, "all", "<button>Disconnect all of them</button>"), "</section>\n");
  return html;
}

}  // namespace postern::oauth
