#include <algorithm>

#include "acme-app/layout.hpp"
#include "acme-app/pages.hpp"
#include "postern/http/html.hpp"
#include "postern/uri/form.hpp"

namespace acme {

using namespace postern;

namespace {

using http::escape_html;

constexpr std::size_t state_bytes_max = 2048;
constexpr std::size_t client_name_bytes_max = 100;

struct ConnectRequest {
  std::string state;
  std::string client_name;  // what the client calls itself: anything; empty if the visitor only wants to see the list
};

// At most so many bytes, and never half a character.
std::string shorten(std::string text) {
  if (text.size() <= client_name_bytes_max) return text;
  std::size_t end = client_name_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

Result<ConnectRequest> read_request(std::string_view query, const std::string& callback_url) {
  TRY(auto form, uri::Form::parse(query));
  const std::string* asked = form.find_only("callback_url");
  if (!asked || *asked != callback_url) {
    return fail(Error::Kind::invalid,
                "This link does not lead back to the assistant server that this shop works with.");
  }
  const std::string* state = form.find_only("state");
  if (!state || state->empty() || state->size() > state_bytes_max) {
    return fail(Error::Kind::invalid, "This link is incomplete. Please start again from your assistant.");
  }
  const std::string* name = form.find_only("client_name");
  return ConnectRequest{.state = *state, .client_name = name ? shorten(*name) : ""};
}

std::string purpose_of(const ConnectRequest& asked, std::string_view user) {
  if (asked.client_name.empty()) return "To the list of your assistants, as " + escape_html(user) + ".";
  return escape_html(asked.client_name) + " gets access to the shop as " + escape_html(user) + ".";
}

http::Response refused(std::string_view text) {
  return page({.status = 400,
               .title = "This link does not work",
               .body = "<main class=\"narrow\"><div class=\"card\"><h1>This link does not work</h1><p>" +
                       escape_html(text) + "</p></div></main>"});
}

std::string hidden(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" + escape_html(value) + "\">";
}

}  // namespace

Pages::Reply Pages::connect(Request& request) {
  const std::string callback_url = settings_.mcp_server_url + "/callback";
  const auto asked = read_request(request.query(), callback_url);
  if (!asked) co_return refused(asked.error().message);
  Visit visit = co_await sessions_.require_fresh(request);
  if (auto* response = std::get_if<http::Response>(&visit)) co_return std::move(*response);
  const SignedIn user = std::get<SignedIn>(visit);
  const std::string name = co_await name_of(user.user_id);
  co_return page({.title = "Connecting",
                  .body = "<main class=\"narrow\"><form class=\"card\" id=\"connect\" method=\"post\" action=\"" +
                          escape_html(callback_url) + "\"><h1>Connecting…</h1><p>" + purpose_of(*asked, name) + "</p>" +
                          hidden("clerk_token", user.token) + hidden("state", asked->state) +
                          "<button class=\"button\">Continue</button></form></main>"
                          "<script src=\"/connect.js\"></script>",
                  .signed_in_as = name});
}

http::Response connect_script() {
  http::Response response = http::Response::text(200, "document.getElementById('connect').submit();\n");
  response.headers.set("Content-Type", "text/javascript; charset=utf-8");
  response.headers.set("X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace acme
