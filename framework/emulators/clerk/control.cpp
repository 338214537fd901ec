#include "emulators/clerk/control.hpp"

#include "emulators/clerk/organizations.hpp"
#include "emulators/clerk/sessions.hpp"
#include "emulators/clerk/users.hpp"

namespace postern::emulator::control {

namespace {

json::Object done() { return {{"ok", true}}; }

json::Object to_json(const Fault& fault) {
  return {{"match", fault.match}, {"status", fault.status}, {"delay_ms", fault.delay.count()}, {"times", fault.times}};
}

Read<Subscription> read_subscription(const json::Object& body) {
  TRY(auto plan, required_text(body, "plan"));
  TRY(auto features, optional_texts(body, "features"));
  return Subscription{.plan = std::move(plan), .features = std::move(features)};
}

}  // namespace

Answer state(Call& call) {
  World& world = call.world;
  json::Array users, sessions, templates, faults;
  for (const auto& [id, user] : world.users) {
    const json::Value email =
        user.email_addresses.empty() ? json::Value(nullptr) : json::Value(user.email_addresses.front().text);
    users.push_back(json::Object{
        {"id", id}, {"name", user.display_name()}, {"email", email}, {"banned", user.banned}, {"locked", user.locked}});
  }
  for (const auto& [id, unused] : world.sessions) {
    const Session* session = world.find_session(id);
    sessions.push_back(json::Object{{"id", id}, {"user_id", session->user_id}, {"status", to_string(session->status)}});
  }
  for (const auto& [id, jwt_template] : world.templates) templates.push_back(json::Value(jwt_template.name));
  for (const Fault& fault : world.faults) faults.push_back(to_json(fault));
  return json::Object{{"issuer", world.settings().issuer()},
                      {"publishable_key", world.settings().publishable_key()},
                      {"jwt_key", world.key().public_pem()},
                      {"now", milliseconds(world.now())},
                      {"advanced_by_seconds", std::chrono::floor<std::chrono::seconds>(world.advanced_by()).count()},
                      {"users", std::move(users)},
                      {"sessions", std::move(sessions)},
                      {"jwt_templates", std::move(templates)},
                      {"faults", std::move(faults)}};
}

Answer calls(Call& call) {
  json::Array calls;
  for (const RecordedCall& one : call.world.calls) {
    calls.push_back(
        json::Object{{"at", milliseconds(one.at)}, {"method", one.method}, {"path", one.path}, {"status", one.status}});
  }
  return json::Object{{"calls", std::move(calls)}};
}

Answer deliveries(Call& call) {
  json::Array deliveries;
  for (const Delivery& one : call.world.deliveries)
    deliveries.push_back(json::Object{{"id", one.id}, {"type", one.type}, {"status", one.status}});
  return json::Object{{"deliveries", std::move(deliveries)}};
}

Answer advance_clock(Call& call) {
  TRY(auto seconds, optional_number(call.body, "seconds", 0, 315'360'000));
  if (!seconds) return std::unexpected(ApiError::missing("seconds"));
  call.world.advance(std::chrono::seconds{*seconds});
  return json::Object{{"now", milliseconds(call.world.now())}};
}

Answer end_session(Call& call) {
  TRY(Session * session, sessions::find_session(call));
  session->status = SessionStatus::ended;
  session->updated_at = call.world.now();
  call.world.emit("session.ended", sessions::to_json(*session));
  return sessions::to_json(*session);
}

Answer set_session_status(Call& call) {
  TRY(Session * session, sessions::find_session(call));
  TRY(auto name, required_text(call.body, "status"));
  const auto status = parse_session_status(name);
  if (!status) return std::unexpected(ApiError::invalid("status", "is no status of a session"));
  session->status = *status;
  session->updated_at = call.world.now();
  return sessions::to_json(*session);
}

Answer set_session_organization(Call& call) {
  TRY(Session * session, sessions::find_session(call));
  TRY(auto organization_id, required_text(call.body, "organization_id"));
  if (!call.world.find_membership(organization_id, session->user_id))
    return std::unexpected(ApiError::invalid("organization_id", "names no organization that the user is a member of"));
  session->organization_id = std::move(organization_id);
  session->updated_at = call.world.now();
  return sessions::to_json(*session);
}

Answer set_user_plan(Call& call) {
  TRY(User * user, users::find_user(call));
  TRY(user->subscription, read_subscription(call.body));
  return done();
}

Answer set_organization_plan(Call& call) {
  TRY(Organization * organization, organizations::find_organization(call));
  TRY(organization->subscription, read_subscription(call.body));
  return done();
}

Answer add_fault(Call& call) {
  if (call.world.faults.size() == world_limits::faults_max) return std::unexpected(ApiError::too_many("faults"));
  TRY(auto match, required_text(call.body, "match"));
  TRY(auto status, optional_number(call.body, "status", 200, 599));
  TRY(auto delay, optional_number(call.body, "delay_ms", 0, Duration{world_limits::delay_max}.count()));
  TRY(auto times, optional_number(call.body, "times", 1, 1'000'000));
  TRY(auto retry_after, optional_number(call.body, "retry_after", 0, 86'400));
  if (!status && !delay) return std::unexpected(ApiError::missing("status"));
  Fault fault{.match = std::move(match),
              .status = static_cast<int>(status.value_or(0)),
              .delay = Duration{delay.value_or(0)},
              .times = times.value_or(1)};
  if (retry_after) fault.retry_after = std::chrono::seconds{*retry_after};
  if (const json::Value* body = json::find(call.body, "body")) fault.body = *body;
  call.world.faults.push_back(fault);
  return to_json(fault);
}

Answer clear_faults(Call& call) {
  call.world.faults.clear();
  return done();
}

Answer rotate_key(Call& call) {
  if (!call.world.rotate_key()) return std::unexpected(ApiError{.status = 500, .code = "internal_clerk_error"});
  return json::Object{{"kid", call.world.key().kid()}};
}

Answer reset(Call& call) {
  call.world.reset();
  return done();
}

}  // namespace postern::emulator::control
