// The state of the emulated instance, in memory: one loop, so plain members. Restarting or `reset()` gives the seeds
// back.
//
//   World world{settings, clock, random, std::move(key)};
//   Session& session = world.start_session(user.id, browser.client_id);
//
// Every table has a limit (world_limits); who adds checks `full()` first. References last until the record is removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emulators/clerk/model.hpp"
#include "emulators/clerk/settings.hpp"
#include "emulators/clerk/signing_key.hpp"
#include "postern/ports/clock.hpp"
#include "postern/ports/random.hpp"

namespace postern::emulator {

namespace world_limits {
inline constexpr std::size_t records_max = 5'000;  // in each table
inline constexpr std::size_t faults_max = 100;
inline constexpr std::size_t external_accounts_max = 10;  // of a user
inline constexpr std::size_t calls_max = 500;             // the oldest is forgotten
inline constexpr std::size_t deliveries_max = 500;
inline constexpr auto session_lifetime = std::chrono::hours{24 * 7};
inline constexpr auto handshake_lifetime = std::chrono::seconds{30};
inline constexpr auto delay_max = std::chrono::seconds{60};
}  // namespace world_limits

// Something that goes wrong on purpose. The first one that matches is used, `times` times.
struct Fault {
  std::string match;  // a path prefix, with a method before it or without: "GET /v1/users", "/v1/sessions"
  int status = 0;     // 0: answer as usual, after the delay
  Duration delay{0};
  std::optional<std::chrono::seconds> retry_after;
  std::optional<json::Value> body;  // instead of the error body that belongs to the status
  std::int64_t times = 1;
};

struct RecordedCall {
  TimePoint at;
  std::string method;
  std::string path;  // without the query, where credentials travel
  int status = 0;
};

// Something that happened, to be told to whoever listens for webhooks.
struct Event {
  std::string type;
  json::Object data;
};

struct Delivery {
  std::string id;
  std::string type;
  int status = 0;  // 0: no answer
};

class World {
 public:
  // `clock` and `random` outlive the world.
  World(Settings settings, Clock& clock, Random& random, SigningKey key);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Clock& clock() { return clock_; }

  // The instance's own time: the host's clock, and what it was advanced by.
  [[nodiscard]] TimePoint now() const { return clock_.now() + advanced_by_; }
  [[nodiscard]] Duration advanced_by() const { return advanced_by_; }
  void advance(Duration duration) { advanced_by_ += duration; }

  [[nodiscard]] const SigningKey& key() const { return key_; }
  [[nodiscard]] Result<void> rotate_key();

  // "user_" and 27 random base-62 characters, as Clerk's ids look.
  [[nodiscard]] std::string new_id(std::string_view prefix);
  // "ak_" and 32 hex digits, as the ids of tokens look.
  [[nodiscard]] std::string new_token_id(std::string_view prefix);
  [[nodiscard]] std::string new_token() { return random_token(random_); }

  [[nodiscard]] Session& start_session(std::string_view user_id, std::string_view client_id);
  // Null if it is not there. One whose time has come is marked as expired on the way.
  [[nodiscard]] Session* find_session(std::string_view id);
  // The sessions that it ended.
  std::vector<const Session*> end_sessions_of(std::string_view user_id, SessionStatus status);
  [[nodiscard]] Browser& open_browser();
  void remove_user(std::string_view id);

  [[nodiscard]] JwtTemplate* find_template(std::string_view name);
  [[nodiscard]] OAuthApplication* find_application(std::string_view client_id);
  [[nodiscard]] Organization* find_organization(std::string_view id_or_slug);
  [[nodiscard]] const Membership* find_membership(std::string_view organization_id, std::string_view user_id) const;

  // Keeps the directives until the nonce is redeemed or expires; gives the nonce.
  [[nodiscard]] std::string keep_handshake(std::vector<std::string> directives);
  [[nodiscard]] std::optional<std::vector<std::string>> take_handshake(std::string_view nonce);

  void record(RecordedCall call);
  void record(Delivery delivery);
  // Sent when the request that caused it is done (webhooks.hpp).
  void emit(std::string type, json::Object data);
  void reset();

  template <class T>
  [[nodiscard]] static bool full(const T& records) {
    return records.size() >= world_limits::records_max;
  }

  Table<User> users;
  Table<Session> sessions;
  Table<Browser> browsers;
  Table<JwtTemplate> templates;
  Table<Organization> organizations;
  Table<Membership> memberships;
  Table<SignInToken> sign_in_tokens;
  Table<ApiKey> api_keys;
  Table<Machine> machines;
  Table<M2mToken> m2m_tokens;
  Table<OAuthToken> oauth_tokens;
  Table<OAuthApplication> oauth_applications;
  Table<OAuthGrant> oauth_grants;
  Table<OAuthRequest> oauth_requests;  // by the handle that the consent page has
  OAuthSettings oauth_settings;
  std::deque<Fault> faults;
  std::deque<RecordedCall> calls;
  std::deque<Event> events;
  std::deque<Delivery> deliveries;

 private:
  Settings settings_;
  Clock& clock_;
  Random& random_;
  SigningKey key_;
  Duration advanced_by_{0};
  Table<HandshakePayload> handshakes_;
};

// Three people, the organisation they work for, and the JWT template of the example app.
void seed(World& world);

}  // namespace postern::emulator
