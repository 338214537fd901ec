// POST /v1/sessions/{id}/refresh: a new session token for an expired one and the browser's refresh token, between two
// servers and without a redirect (clerk.md 3.6, 4.3).
#include "emulators/clerk/browser_cookies.hpp"
#include "emulators/clerk/sessions.hpp"
#include "emulators/clerk/tokens.hpp"
#include "postern/base/secret.hpp"

namespace postern::emulator::sessions {

namespace {

// Every refusal is a 401 with a code of its own.
std::unexpected<ApiError> refused(std::string code, std::string message) {
  return std::unexpected(
      ApiError{.status = 401, .code = std::move(code), .message = message, .long_message = std::move(message)});
}

Read<json::Object> check_expired_token(Call& call, const std::string& origin) {
  TRY(auto jwt, required_text(call.body, "expired_token"));
  const auto claims = call.world.key().verify(jwt);
  if (!claims) return refused("expired_session_token_invalid", "The expired session token is invalid.");
  const auto session_id = json::find_string(*claims, "sid");
  const auto authorized_party = json::find_string(*claims, "azp");
  if (!session_id) return refused("expired_session_token_missing_sid", "The expired session token has no sid.");
  if (!authorized_party) return refused("expired_session_token_missing_azp", "The expired session token has no azp.");
  if (*session_id != call.path.get("session_id")) {
    return refused("refresh_sid_mismatch", "The expired session token belongs to another session.");
  }
  if (*authorized_party != origin) {
    return refused("refresh_request_origin_azp_mismatch", "The expired session token was issued to another origin.");
  }
  return *claims;
}

}  // namespace

Answer refresh(Call& call) {
  TRY(auto origin, required_text(call.body, "request_origin"));
  TRY(auto refresh_token, required_text(call.body, "refresh_token"));
  TRY(auto format, optional_text(call.body, "format"));
  TRY(auto claims, check_expired_token(call, origin));

  Session* session = call.world.find_session(call.path.get("session_id"));
  if (!session) return refused("session_refresh_session_not_found", "The session does not exist.");
  if (!find(call.world.users, session->user_id))
    return refused("session_refresh_user_not_found", "The user does not exist.");
  if (!constant_time_equal(refresh_token, session->refresh_token)) {
    return refused("refresh_token_not_found", "The refresh token is unknown.");
  }
  if (!session->alive()) return refused("session_refresh_inactive_session", "The session is not active.");
  session->last_active_at = call.world.now();

  if (format != "cookie") {
    return json::Object{{"object", "token"},
                        {"jwt", mint_session_token(call.world, *session, {.authorized_party = origin})}};
  }
  json::Array cookies;
  const Browser browser{.id = session->client_id, .client_id = session->client_id, .session_id = session->id};
  for (const std::string& directive : browser_cookies(call.world, browser, origin)) {
    if (directive.starts_with("__session")) cookies.push_back(json::Value(directive));
  }
  return json::Object{{"object", "cookies"}, {"cookies", std::move(cookies)}};
}

}  // namespace postern::emulator::sessions
