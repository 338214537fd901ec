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

std::string assistant(const Settings& settings, const Grant& grant, std::string_view form_token, TimePoint now) {
  const std::string name = quoted(grant.client_name.empty() ? "an assistant" : grant.client_name);
  const auto voucher = find_voucher(grant.client_id);
  const std::string& organization =
      grant.user.organization_name.empty() ? grant.user.organization_id : grant.user.organization_name;
  std::string html =
      concat("<section aria-labelledby=\"", grant.id, "\">\n<h2 id=\"", grant.id, "\">", name, "</h2>\n<dl>\n");
  if (voucher) html += row("Vouched for by", escape_html(*voucher));
  html += row("Where", place_of(grant.redirect_uri));
  html += row("Connected", "<time>" + day_of(grant.started_at) + "</time>");
  html += row("Last used", how_long_ago(now - grant.rotated_at));
  if (!organization.empty()) html += row("Organization", escape_html(organization));
  html += row("Can", permissions(settings, grant.scopes));
  html += "</dl>\n";
  html += form(form_token, grant.id, concat("<button aria-describedby=\"", grant.id, "\">Disconnect</button>"));
  return html + "</section>\n";
}

}  // namespace

std::string connections_html(const Settings& settings, const SignedInUser& visitor, const std::vector<Grant>& grants,
                             std::string_view form_token, TimePoint now) {
  const std::string server = escape_html(settings.server_name);
  std::string html = concat("<p class=\"server\">", server, " · ", escape_html(settings.issuer), "</p>\n");
  html += "<h1>Your assistants</h1>\n<p>";
  if (!visitor.name.empty()) html += concat("You are ", "<bdi>", escape_html(visitor.name), "</bdi>. ");
  if (grants.empty()) return html + concat("No assistant is connected to your account at ", server, ".</p>");
  html += concat("These can use ", server, " as you, until you disconnect them.</p>\n");
  for (const Grant& grant : grants) html += assistant(settings, grant, form_token, now);
  if (grants.size() > 1)
    html += concat("<section>\n", form(form_token, "all", "<button>Disconnect all of them</button>"), "</section>\n");
  return html;
}

}  // namespace postern::oauth
