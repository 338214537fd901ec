#include "postern/oauth/connections/own_session.hpp"

#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

constexpr BrowserCookie session_cookie{.name = "session", .lifetime = limits::sign_in_lifetime};

}  // namespace

std::string open_own_session(const Context& context, const SignedInUser& user) {
  return set_sealed_cookie(session_cookie, context,
                           {{"user_id", user.user_id}, {"session_id", user.session_id}, {"name", user.name}});
}

std::optional<OwnSession> find_own_session(const Context& context, const http::Request& request) {
  const auto content = find_sealed_cookie(session_cookie, context, request);
  if (!content) return std::nullopt;
  const std::string cookie = find_cookie(session_cookie, context.settings, request).value_or("");
  RecordReader reader{*content};
  OwnSession session{.user = {.user_id = reader.text("user_id"),
                              .session_id = reader.text("session_id"),
                              .organization_id = {},
                              .organization_name = {},
                              .name = reader.text("name")},
                     .form_token = base64url_encode(
                         context.ports.crypto.hmac_sha256(context.keys.cookies.current.reveal(), "form/" + cookie))};
  if (!reader.check()) return std::nullopt;
  return session;
}

bool has_form_token(const OwnSession& session, const uri::Form& form) {
  const std::string* token = form.find_only("token");
  return token && constant_time_equal(*token, session.form_token);
}

}  // namespace postern::oauth
