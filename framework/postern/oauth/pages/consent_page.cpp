#include "postern/oauth/pages/consent_page.hpp"

#include "postern/http/html.hpp"
#include "postern/oauth/pages/words.hpp"
#include "postern/uri/url.hpp"

namespace postern::oauth {
namespace {

using http::escape_html;

// Where the answer goes is the one thing here that the client cannot make up.
std::string destination(const std::string& redirect_uri) {
  const auto url = uri::Url::parse(redirect_uri);
  if (!url) return {};  // cannot be: it was parsed when it was registered
  if (url->is_loopback())
    return "<p class=\"place\">a program on this computer</p>\n"
           "<p class=\"warning\">Any program on this computer can claim to be this assistant. Approve only if you "
           "started this yourself just now.</p>\n";
  if (url->scheme() == "https") return "<p class=\"place\">" + escape_html(url->host()) + "</p>\n";
  return "<p class=\"place\">the app on this device that opens " + escape_html(url->scheme()) + ": links</p>\n";
}

// A name alone is a claim. A document comes from a site that only its owner can write to.
std::string who_asks(const PendingAuthorization& pending) {
  const std::string name = "<p>It calls itself " + quoted(pending.client_name) + ". ";
  const auto voucher = find_voucher(pending.client_id);
  if (!voucher) return name + "We have not checked that name.</p>\n";
  return name + "This site vouches for it:</p>\n<p class=\"place\">" + escape_html(*voucher) + "</p>\n";
}

}  // namespace

std::string consent_html(const Settings& settings, const PendingAuthorization& pending, std::string_view handle) {
  const std::string server = escape_html(settings.server_name);
  std::string html = "<p class=\"server\">" + server + " · " + escape_html(settings.issuer) + "</p>\n";
  html += "<h1>Let an assistant use " + server + " as you?</h1>\n";
  html += who_asks(pending);
  html += "<h2>It will be able to</h2>\n" + permissions(settings, pending.scopes);
  html += "<h2>You will be sent back to</h2>\n" + destination(pending.redirect_uri);
  html += "<p class=\"next\">If you approve, the next step is signing in to " + server + ".</p>\n";
  if (pending.can_be_remembered())
    html +=
        "<label><input type=\"checkbox\" name=\"remember\" value=\"yes\" form=\"decision\"> Do not ask me again for "
        "30 days, unless it wants more than this</label>\n";
  html += "<form id=\"decision\" method=\"post\" action=\"/authorize/consent\">\n";
  html += "<input type=\"hidden\" name=\"handle\" value=\"" + escape_html(handle) + "\">\n";
  html += "<button name=\"decision\" value=\"deny\">Deny</button>\n";
  html += "<button class=\"approve\" name=\"decision\" value=\"approve\">Approve</button>\n</form>";
  return html;
}

}  // namespace postern::oauth
