#include "postern/oauth/pages/organization_page.hpp"

#include "postern/base/concat.hpp"
#include "postern/http/html.hpp"
#include "postern/oauth/pages/words.hpp"

namespace postern::oauth {
namespace {

using http::escape_html;

std::string option(const Organization& organization, const OrganizationChoice& choice, std::string_view server) {
  const bool is_open = organization.id == choice.open_now;
  const std::string name =
      organization.name.empty() ? "Your own account" : concat("<bdi>", escape_html(organization.name), "</bdi>");
  std::string html = concat("<label><input type=\"radio\" name=\"organization\" value=\"", escape_html(organization.id),
                            organization.id == choice.proposed ? "\" checked>" : "\">", "<span>", name);
  if (!organization.slug.empty() || is_open)
    html += concat(" <small>", escape_html(organization.slug), organization.slug.empty() || !is_open ? "" : " · ",
                   is_open ? concat("open in ", server, " now") : "", "</small>");
  return html + "</span></label>\n";
}

}  // namespace

std::string organization_html(const Settings& settings, const OrganizationChoice& choice) {
  const std::string server = escape_html(settings.server_name);
  std::string html = concat("<p class=\"server\">", server, " · ", escape_html(settings.issuer), "</p>\n");
  html += "<h1>For which organization?</h1>\n<p>You are signed in";
  if (!choice.user_name.empty()) html += concat(" as <bdi>", escape_html(choice.user_name), "</bdi>");
  html += concat(". ", quoted(choice.client_name), " will use ", server,
                 " for the one that you choose, and for no other.</p>\n");
  html += "<form method=\"post\" action=\"/authorize/organization\">\n<fieldset>\n<legend>Connect it for</legend>\n";
  for (const Organization& organization : choice.organizations) html += option(organization, choice, server);
  html += concat(
      "</fieldset>\n<p class=\"next\">Some of what it does may work only while the same organization is open in ",
      server, ".</p>\n<input type=\"hidden\" name=\"handle\" value=\"", escape_html(choice.handle),
      "\">\n<button name=\"decision\" value=\"deny\">Deny</button>\n"
      "<button class=\"approve\" name=\"decision\" value=\"approve\">Connect</button>\n</form>");
  return html;
}

}  // namespace postern::oauth
