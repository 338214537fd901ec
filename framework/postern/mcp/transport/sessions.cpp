#include "postern/mcp/transport/sessions.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view ended_topic = "mcp.session.ended";
constexpr std::string_view log_topic = "mcp.session.log_level";
constexpr std::string_view watched_topic = "mcp.session.watched";
constexpr std::string_view unwatched_topic = "mcp.session.unwatched";

// What the bus says of a session is "<its key> <text>".
using Listener = std::function<void(std::string_view key, std::string_view text)>;
std::unique_ptr<Bus::Subscription> subscribe(Bus& bus, std::string_view topic, Listener listener) {
  return bus.subscribe(std::string{topic}, [listener = std::move(listener)](std::string_view message) {
    const std::size_t space = message.find(' ');
    if (space != std::string_view::npos) listener(message.substr(0, space), message.substr(space + 1));
  });
}

std::string record_key(std::string_view key) { return "mcp_session_ended/" + std::string{key}; }

// One letter for each.
constexpr std::array<std::pair<char, bool ClientCapabilities::*>, 5> capability_letters{
    {{'f', &ClientCapabilities::forms},
     {'u', &ClientCapabilities::urls},
     {'s', &ClientCapabilities::sampling},
     {'t', &ClientCapabilities::sampling_tools},
     {'r', &ClientCapabilities::roots}}};

std::string encode(const ClientCapabilities& client) {
  std::string letters;
  for (const auto& [letter, capability] : capability_letters) {
    if (client.*capability) letters += letter;
  }
  return letters;
}
ClientCapabilities decode(std::string_view letters) {
  ClientCapabilities client;
  for (const auto& [letter, capability] : capability_letters) client.*capability = letters.contains(letter);
  return client;
}

}  // namespace

Sessions::Sessions(const Ports& ports, Secret key)
    : ports_(ports),
      key_(std::move(key)),
      ended_(on_ended(ports.bus, [this](std::string_view ended) { known(ended).ended = true; })),
      log_levels_(subscribe(ports.bus, log_topic,
                            [this](std::string_view session, std::string_view name) {
                              if (const auto severity = find_severity(name)) known(session).log_from = *severity;
                            })),
      watched_(subscribe(ports.bus, watched_topic,
                         [this](std::string_view session, std::string_view uri) {
                           auto& watched = known(session).watched;
                           if (watched.size() < limits::watched_resources_max) watched.emplace(uri);
                         })),
      unwatched_(subscribe(ports.bus, unwatched_topic, [this](std::string_view session, std::string_view uri) {
        known(session).watched.erase(std::string{uri});
      })) {}

std::unique_ptr<Bus::Subscription> Sessions::on_ended(Bus& bus, std::function<void(std::string_view key)> listener) {
  return bus.subscribe(std::string{ended_topic}, std::move(listener));
}

// The sealed text is "<revision's date> <unix seconds> <capabilities> <user id>"; the nonce makes each id another.
std::string Sessions::open(Revision revision, std::string_view user_id, const ClientCapabilities& client) {
  const std::string plain = concat(rules_of(revision).date, " ", std::to_string(to_unix_seconds(ports_.clock.now())),
                                   " ", encode(client), " ", user_id);
  std::string id = base64url_encode(seal(ports_.crypto, ports_.random, key_, plain, {}));
  known(hex_encode(ports_.crypto.sha256(id)));
  return id;
}

std::optional<Session> Sessions::unseal(std::string_view id) const {
  if (id.size() > limits::mcp_session_id_bytes_max) return std::nullopt;
  const auto sealed = base64url_decode(id);
  if (!sealed) return std::nullopt;
  const auto plain = postern::open(ports_.crypto, key_, *sealed, {});
  if (!plain) return std::nullopt;

  std::string_view rest = *plain;
  auto take_word = [&rest] {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return word;
  };
  const auto revision = find_revision(take_word());
  const std::string_view time = take_word();
  const ClientCapabilities client = decode(take_word());
  std::int64_t opened = 0;
  std::from_chars(time.data(), time.data() + time.size(), opened);
  if (!revision) return std::nullopt;
  return Session{*revision, std::string{rest}, client, from_unix_seconds(opened) + limits::mcp_session_lifetime,
                 hex_encode(ports_.crypto.sha256(id))};
}

Task<Result<std::optional<Session>>> Sessions::find(std::string id, std::string user_id) {
  const Session* recent = recent_.find(id);
  std::optional<Session> session = recent ? *recent : unseal(id);
  if (!session || session->user_id != user_id || ports_.clock.now() >= session->expires_at) co_return std::nullopt;
  if (!recent) recent_.remember(id, *session);
  if (!met_.contains(session->key)) {
    CO_TRY(auto record, co_await ports_.store.get(record_key(session->key)));
    // What the bus told us meanwhile stands.
    if (record) known(session->key).ended = true;
  }
  if (known(session->key).ended) co_return std::nullopt;
  co_return session;
}

Task<Result<void>> Sessions::end(Session session) {
  CO_TRY(co_await ports_.store.create(record_key(session.key), "", session.expires_at));
  co_await ports_.bus.publish(std::string{ended_topic}, session.key);
  co_return Result<void>{};
}

Severity Sessions::log_from(const Session& session) const {
  const auto found = met_.find(session.key);
  return found == met_.end() ? Known{}.log_from : found->second.log_from;
}

Task<void> Sessions::set_log_from(const Session& session, Severity severity) {
  return ports_.bus.publish(std::string{log_topic}, concat(session.key, " ", to_string(severity)));
}

bool Sessions::watches(std::string_view session_key, std::string_view uri) const {
  const auto found = met_.find(std::string{session_key});
  return found != met_.end() && found->second.watched.contains(uri);
}
Task<void> Sessions::watch(const Session& session, std::string uri) {
  return ports_.bus.publish(std::string{watched_topic}, concat(session.key, " ", uri));
}
Task<void> Sessions::unwatch(const Session& session, std::string uri) {
  return ports_.bus.publish(std::string{unwatched_topic}, concat(session.key, " ", uri));
}

Sessions::Known& Sessions::known(std::string_view key) {
  if (met_.size() >= limits::mcp_sessions_met_max && !met_.contains(std::string{key})) met_.clear();
  return met_[std::string{key}];
}

}  // namespace postern::mcp
