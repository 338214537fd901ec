#include "postern/oauth/connections/own_session.hpp"

#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"
#include "postern/oauth/record.hpp"

namespace postern::oauth {
namespace {

constexpr BrowserCookie session_cookie{.name = "session", .lifetime = limits::sign_in_lifetime};
constexpr std::string_view purpose = "session";  // what one key seals differs by this

}  // namespace

std::string open_own_session(const Context& context, const SignedInUser& user) {
  const Ports& ports = context.ports;
  const json::Object content{{"user_id", user.user_id},
                             {"session_id", user.session_id},
                             {"name", user.name},
                             {"expires_at", to_json(ports.clock.now() + session_cookie.lifetime)}};
  const std::string sealed =
      seal(ports.crypto, ports.random, context.keys.own_pages, json::serialize(content), purpose);
  return set_cookie(session_cookie, context.settings, Secret{base64url_encode(sealed)});
}

std::optional<OwnSession> find_own_session(const Context& context, const http::Request& request) {
  const Ports& ports = context.ports;
  const auto cookie = find_cookie(session_cookie, context.settings, request);
  const auto sealed = cookie ? base64url_decode(*cookie) : std::nullopt;
  const auto content = sealed ? open(ports.crypto, context.keys.own_pages, *sealed, purpose) : std::nullopt;
  if (!content) return std::nullopt;
  RecordReader reader{*content};
  OwnSession session{
      .user = {.user_id = reader.text("user_id"),
               .session_id = reader.text("session_id"),
               .organization_id = {},
               .organization_name = {},
               .name = reader.text("name")},
      .form_token = base64url_encode(ports.crypto.hmac_sha256(context.keys.own_pages.reveal(), "form/" + *cookie))};
  const TimePoint expires_at = reader.time("expires_at");
  if (!reader.check() || ports.clock.now() >= expires_at) return std::nullopt;
  return session;
}

bool has_form_token(const OwnSession& session, const uri::Form& form) {
  const std::string* token = form.find_only("token");
  return token && constant_time_equal(*token, session.form_token);
}

}  // namespace postern::oauth
