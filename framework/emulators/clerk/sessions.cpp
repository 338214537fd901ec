#include "emulators/clerk/sessions.hpp"

#include <algorithm>

#include "emulators/clerk/tokens.hpp"
#include "emulators/clerk/users.hpp"

namespace postern::emulator::sessions {

namespace {

constexpr auto inactivity_limit = std::chrono::hours{24 * 30};

ApiError session_not_found(std::string_view id) {
  return ApiError::not_found("Session not found", "No session was found with id " + std::string(id));
}

// A session that is over gives no tokens: 404, as seen of the real one (clerk.md 3.6).
Read<Session*> find_live_session(Call& call) {
  TRY(Session * session, find_session(call));
  if (!session->alive()) return std::unexpected(session_not_found(session->id));
  return session;
}

Read<MintOptions> read_mint_options(const Call& call) {
  TRY(auto lifetime, optional_number(call.body, "expires_in_seconds", 30, 315'360'000));
  MintOptions options;
  if (lifetime) options.lifetime = std::chrono::seconds{*lifetime};
  return options;
}

json::Object token(std::string jwt) { return {{"object", "token"}, {"jwt", std::move(jwt)}}; }

}  // namespace

json::Object to_json(const Session& session) {
  const json::Value tasks = session.status == SessionStatus::pending
                                ? json::Value(json::Array{json::Object{{"key", "choose-organization"}}})
                                : json::Value(nullptr);
  return {{"object", "session"},
          {"id", session.id},
          {"user_id", session.user_id},
          {"client_id", session.client_id},
          {"actor", session.actor ? json::Value(*session.actor) : json::Value(nullptr)},
          {"status", to_string(session.status)},
          {"last_active_organization_id", or_null(session.organization_id)},
          {"last_active_at", milliseconds(session.last_active_at)},
          {"latest_activity", nullptr},
          {"expire_at", milliseconds(session.expire_at)},
          {"abandon_at", milliseconds(session.last_active_at + inactivity_limit)},
          {"created_at", milliseconds(session.created_at)},
          {"updated_at", milliseconds(session.updated_at)},
          {"tasks", tasks}};
}

Read<Session*> find_session(Call& call) {
  const std::string_view id = call.path.get("session_id");
  if (Session* session = call.world.find_session(id)) return session;
  return std::unexpected(session_not_found(id));
}

Answer list(Call& call) {
  const std::string user_id = query_value(call.query, "user_id");
  const std::string client_id = query_value(call.query, "client_id");
  const std::string status_name = query_value(call.query, "status");
  const auto status = parse_session_status(status_name);
  if (!status_name.empty() && !status) return std::unexpected(ApiError::invalid("status", "is no status of a session"));
  TRY(auto page, read_page(call.query));

  std::vector<const Session*> found;
  for (auto& [id, unused] : call.world.sessions) {
    const Session* session = call.world.find_session(id);
    if (!user_id.empty() && session->user_id != user_id) continue;
    if (!client_id.empty() && session->client_id != client_id) continue;
    if (status && session->status != *status) continue;
    found.push_back(session);
  }
  std::ranges::sort(found, std::ranges::greater{}, [](const Session* session) { return session->created_at; });
  json::Array data = slice(found, page, [](const Session* session) { return to_json(*session); });
  if (query_value(call.query, "paginated") == "true") return paginated(std::move(data), found.size());
  return data;
}

Answer get(Call& call) {
  TRY(Session * session, find_session(call));
  return to_json(*session);
}

Answer create(Call& call) {
  TRY(auto user_id, required_text(call.body, "user_id"));
  TRY(auto organization_id, optional_text(call.body, "active_organization_id"));
  const User* user = find(call.world.users, user_id);
  if (!user) return std::unexpected(users::user_not_found(user_id));
  if (user->banned) {
    return std::unexpected(ApiError{.status = 403,
                                    .code = "user_banned",
                                    .message = "User banned",
                                    .long_message = "The user with id " + user_id + " is banned."});
  }
  if (organization_id && !call.world.find_membership(*organization_id, user_id)) {
    return std::unexpected(
        ApiError::invalid("active_organization_id", "names no organization that the user is a member of"));
  }
  Session& session = call.world.start_session(user_id, call.world.new_id("client_"));
  session.organization_id = organization_id;
  return to_json(session);
}

Answer mint(Call& call) {
  TRY(Session * session, find_live_session(call));
  TRY(auto options, read_mint_options(call));
  session->last_active_at = call.world.now();
  return token(mint_session_token(call.world, *session, options));
}

Answer mint_from_template(Call& call) {
  TRY(Session * session, find_live_session(call));
  TRY(auto options, read_mint_options(call));
  const std::string name{call.path.get("template")};
  const JwtTemplate* jwt_template = call.world.find_template(name);
  if (!jwt_template) {
    return std::unexpected(ApiError::not_found("JWT template not found", "No JWT template exists with name: " + name));
  }
  session->last_active_at = call.world.now();
  return token(mint_template_token(call.world, *session, *jwt_template, options));
}

Answer revoke(Call& call) {
  TRY(Session * session, find_session(call));
  if (session->alive()) {
    session->status = SessionStatus::revoked;
    session->updated_at = call.world.now();
    call.world.emit("session.revoked", to_json(*session));
  }
  return to_json(*session);
}

}  // namespace postern::emulator::sessions
