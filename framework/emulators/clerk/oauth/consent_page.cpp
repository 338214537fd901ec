#include "emulators/clerk/oauth/oauth_server.hpp"
#include "emulators/clerk/page.hpp"
#include "postern/http/html.hpp"
#include "postern/uri/url.hpp"

namespace postern::emulator::oauth {

namespace {

using http::escape_html;

// Whom the code will be sent to: a host, or the scheme of an application on this device.
std::string destination_of(std::string_view redirect_uri) {
  const auto url = uri::Url::parse(redirect_uri);
  if (!url) return std::string(redirect_uri);
  if (!url->is_web()) return std::string(url->scheme()) + ":";
  return url->origin();
}

std::string who(const User& user) {
  const std::string email = user.email_addresses.empty() ? user.id : user.email_addresses.front().text;
  return "<span class=\"who\"><b>" + escape_html(user.display_name()) + "</b><span>" + escape_html(email) +
         "</span></span>";
}

std::string asks(const OAuthRequest& request) {
  std::string html = "<ul class=\"asks\">";
  for (const std::string& scope : request.grant.scopes) {
    const std::string_view text = describe_scope(scope);
    if (!text.empty()) html += "<li>" + escape_html(text) + "</li>";
  }
  return html + "</ul>";
}

std::string organization_choice(const World& world, const OAuthGrant& grant) {
  std::string options;
  for (const auto& [id, membership] : world.memberships) {
    if (membership.user_id != grant.user_id) continue;
    const auto organization = world.organizations.find(membership.organization_id);
    if (organization == world.organizations.end()) continue;
    options += "<option value=\"" + escape_html(organization->first) + "\"" +
               (grant.organization_id == organization->first ? " selected>" : ">") +
               escape_html(organization->second.name) + "</option>";
  }
  if (options.empty()) return "";
  return "<label>Organization <select name=\"organization_id\"><option value=\"\">None</option>" + options +
         "</select></label>";
}

}  // namespace

http::Response problem_page(int status, std::string_view title, std::string_view text) {
  return html_page({.status = status,
                    .title = std::string(title),
                    .body = "<main><div class=\"card\"><header><!--mark--><h1>" + escape_html(title) + "</h1><p>" +
                            escape_html(text) + "</p></header></div></main>"});
}

http::Response consent_page(const World& world, const OAuthApplication& application, const OAuthRequest& request,
                            std::string_view handle, std::string_view other_account_url) {
  const User& user = world.users.find(request.grant.user_id)->second;
  std::string body = "<main><div class=\"card\"><header><!--mark--><h1>" + escape_html(application.name) +
                     "</h1><p>wants to use your account</p></header>\n<section class=\"account\">" + who(user) +
                     "<a href=\"" + escape_html(other_account_url) + "\">Not you?</a></section>\n";
  body += "<section><h2>It will be able to</h2>" + asks(request) + "</section>\n";
  body +=
      "<form class=\"decision\" method=\"post\" action=\"/oauth/consent\"><input type=\"hidden\" name=\"handle\" "
      "value=\"" +
      escape_html(handle) + "\">";
  if (std::ranges::contains(request.grant.scopes, "user:org:read")) body += organization_choice(world, request.grant);
  body +=
      "<button class=\"button quiet\" name=\"consented\" value=\"false\">Deny</button>"
      "<button class=\"button\" name=\"consented\" value=\"true\">Allow</button></form>\n";
  body +=
      "<p class=\"leads\">Then you go to <b>" + escape_html(destination_of(request.grant.redirect_uri)) + "</b></p>";
  if (application.introduced_itself)
    body += "<p class=\"leads\">Nobody has checked who is behind this name: allow only what you started yourself.</p>";
  body += "<footer>Development mode: the offline Clerk.</footer></div></main>";
  return html_page({.title = "Allow " + application.name + "?", .body = std::move(body), .forms_lead_anywhere = true});
}

}  // namespace postern::emulator::oauth
