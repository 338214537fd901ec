#include "postern/mcp/transport/sessions.hpp"

#include <charconv>

#include "postern/base/encoding.hpp"
#include "postern/base/limits.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view ended_topic = "mcp.session.ended";

std::string record_key(std::string_view key) { return "mcp_session_ended/" + std::string{key}; }

}  // namespace

Sessions::Sessions(const Ports& ports, Secret key)
    : ports_(ports),
      key_(std::move(key)),
      ended_(ports.bus.subscribe(std::string{ended_topic}, [this](auto ended) { remember(ended, State::ended); })) {}

// The sealed text is "<revision's date> <unix seconds> <user id>"; the nonce makes each id another.
std::string Sessions::open(Revision revision, std::string_view user_id) {
  std::string plain{rules_of(revision).date};
  plain += ' ' + std::to_string(to_unix_seconds(ports_.clock.now())) + ' ';
  plain += user_id;
  std::string id = base64url_encode(seal(ports_.crypto, ports_.random, key_, plain, {}));
  remember(hex_encode(ports_.crypto.sha256(id)), State::live);
  return id;
}

std::optional<Session> Sessions::unseal(std::string_view id, std::string_view user_id) const {
  if (id.size() > limits::mcp_session_id_bytes_max) return std::nullopt;
  const auto sealed = base64url_decode(id);
  if (!sealed) return std::nullopt;
  const auto plain = postern::open(ports_.crypto, key_, *sealed, {});
  if (!plain) return std::nullopt;

  const std::size_t date_end = plain->find(' ');
  const std::size_t time_end = plain->find(' ', date_end + 1);
  const auto revision = find_revision(std::string_view{*plain}.substr(0, date_end));
  std::int64_t opened = 0;
  std::from_chars(plain->data() + date_end + 1, plain->data() + time_end, opened);
  if (!revision || std::string_view{*plain}.substr(time_end + 1) != user_id) return std::nullopt;

  const TimePoint expires_at = from_unix_seconds(opened) + limits::mcp_session_lifetime;
  if (ports_.clock.now() >= expires_at) return std::nullopt;
  return Session{*revision, std::string{user_id}, expires_at, hex_encode(ports_.crypto.sha256(id))};
}

Task<Result<std::optional<Session>>> Sessions::find(std::string id, std::string user_id) {
  std::optional<Session> session = unseal(id, user_id);
  if (!session) co_return std::nullopt;
  if (!met_.contains(session->key)) {
    CO_TRY(auto record, co_await ports_.store.get(record_key(session->key)));
    // If the bus told us something meanwhile, that stands.
    if (!met_.contains(session->key)) remember(session->key, record ? State::ended : State::live);
  }
  if (met_.at(session->key) == State::ended) co_return std::nullopt;
  co_return session;
}

Task<Result<void>> Sessions::end(Session session) {
  CO_TRY(co_await ports_.store.create(record_key(session.key), "", session.expires_at));
  co_await ports_.bus.publish(std::string{ended_topic}, session.key);
  co_return Result<void>{};
}

void Sessions::remember(std::string_view key, State state) {
  if (met_.size() >= limits::mcp_sessions_met_max) met_.clear();
  met_.insert_or_assign(std::string{key}, state);
}

}  // namespace postern::mcp
