#include "emulators/clerk/world.hpp"

#include <algorithm>
#include <utility>

#include "postern/base/encoding.hpp"

namespace postern::emulator {

namespace {

// Makes room in tables that grow by browsing alone, where refusing would be a worse answer than forgetting.
template <class T>
void drop_one_if_full(Table<T>& table) {
  if (World::full(table)) table.erase(table.begin());
}

}  // namespace

World::World(Settings settings, Clock& clock, Random& random, SigningKey key)
    : settings_(std::move(settings)), clock_(clock), random_(random), key_(std::move(key)) {
  seed(*this);
}

Result<void> World::rotate_key() {
  TRY(key_, SigningKey::generate(new_id("ins_")));
  return {};
}

std::string World::new_id(std::string_view prefix) {
  static constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string id{prefix};
  for (const char byte : random_.bytes(27)) id += alphabet[static_cast<unsigned char>(byte) % alphabet.size()];
  return id;
}

std::string World::new_token_id(std::string_view prefix) { return std::string{prefix} + hex_encode(random_.bytes(16)); }

Session& World::start_session(std::string_view user_id, std::string_view client_id) {
  drop_one_if_full(sessions);
  Session session{.id = new_id("sess_"), .user_id = std::string(user_id), .client_id = std::string(client_id)};
  session.refresh_token = new_token();
  session.created_at = session.updated_at = session.last_active_at = now();
  session.expire_at = now() + world_limits::session_lifetime;
  if (User* user = find(users, user_id)) user->last_sign_in_at = now();
  return sessions.insert_or_assign(session.id, std::move(session)).first->second;
}

Session* World::find_session(std::string_view id) {
  Session* session = find(sessions, id);
  if (session && session->alive() && session->expire_at <= now()) {
    session->status = SessionStatus::expired;
    session->updated_at = session->expire_at;
  }
  return session;
}

std::vector<const Session*> World::end_sessions_of(std::string_view user_id, SessionStatus status) {
  std::vector<const Session*> ended;
  for (auto& [id, session] : sessions) {
    if (session.user_id != user_id || !session.alive()) continue;
    session.status = status;
    session.updated_at = now();
    ended.push_back(&session);
  }
  return ended;
}

Browser& World::open_browser() {
  drop_one_if_full(browsers);
  Browser browser{.id = new_id("dvb_"), .client_id = new_id("client_"), .session_id = {}};
  return browsers.insert_or_assign(browser.id, std::move(browser)).first->second;
}

void World::remove_user(std::string_view id) {
  const auto of_user = [id](const auto& entry) { return entry.second.user_id == id; };
  std::erase_if(sessions, of_user);
  std::erase_if(memberships, of_user);
  std::erase_if(sign_in_tokens, of_user);
  std::erase_if(oauth_grants, of_user);
  const auto of_subject = [id](const auto& entry) { return entry.second.subject == id; };
  std::erase_if(api_keys, of_subject);
  std::erase_if(oauth_tokens, of_subject);
  if (const auto found = users.find(id); found != users.end()) users.erase(found);
}

JwtTemplate* World::find_template(std::string_view name) {
  const auto found = std::ranges::find_if(templates, [name](const auto& entry) { return entry.second.name == name; });
  return found == templates.end() ? nullptr : &found->second;
}

OAuthApplication* World::find_application(std::string_view client_id) {
  const auto found = std::ranges::find_if(
      oauth_applications, [client_id](const auto& entry) { return entry.second.client_id == client_id; });
  return found == oauth_applications.end() ? nullptr : &found->second;
}

Organization* World::find_organization(std::string_view id_or_slug) {
  const auto found = std::ranges::find_if(organizations, [&](const auto& entry) {
    return entry.second.id == id_or_slug || entry.second.slug == id_or_slug;
  });
  return found == organizations.end() ? nullptr : &found->second;
}

const Membership* World::find_membership(std::string_view organization_id, std::string_view user_id) const {
  const auto found = std::ranges::find_if(memberships, [&](const auto& entry) {
    return entry.second.organization_id == organization_id && entry.second.user_id == user_id;
  });
  return found == memberships.end() ? nullptr : &found->second;
}

std::string World::keep_handshake(std::vector<std::string> directives) {
  std::erase_if(handshakes_, [this](const auto& entry) { return entry.second.expires_at <= now(); });
  drop_one_if_full(handshakes_);
  std::string nonce = new_token();
  handshakes_[nonce] = {.directives = std::move(directives), .expires_at = now() + world_limits::handshake_lifetime};
  return nonce;
}

std::optional<std::vector<std::string>> World::take_handshake(std::string_view nonce) {
  const auto found = handshakes_.find(nonce);
  if (found == handshakes_.end()) return std::nullopt;
  const HandshakePayload payload = std::move(found->second);
  handshakes_.erase(found);
  if (payload.expires_at <= now()) return std::nullopt;
  return payload.directives;
}

void World::record(RecordedCall call) {
  if (calls.size() == world_limits::calls_max) calls.pop_front();
  calls.push_back(std::move(call));
}

void World::record(Delivery delivery) {
  if (deliveries.size() == world_limits::deliveries_max) deliveries.pop_front();
  deliveries.push_back(std::move(delivery));
}

void World::emit(std::string type, json::Object data) {
  if (!settings_.webhook_url.empty()) events.push_back({.type = std::move(type), .data = std::move(data)});
}

void World::reset() {
  users.clear();
  sessions.clear();
  browsers.clear();
  templates.clear();
  organizations.clear();
  memberships.clear();
  sign_in_tokens.clear();
  api_keys.clear();
  machines.clear();
  m2m_tokens.clear();
  oauth_tokens.clear();
  oauth_applications.clear();
  oauth_grants.clear();
  oauth_requests.clear();
  oauth_settings = {};
  faults.clear();
  calls.clear();
  events.clear();
  deliveries.clear();
  handshakes_.clear();
  advanced_by_ = Duration{0};
  seed(*this);
}

}  // namespace postern::emulator
