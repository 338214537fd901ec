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

constexpr std::string_view changed_topic = "mcp.session.changed";

std::string record_key(std::string_view key) { return "mcp_session/" + std::string{key}; }

std::string_view take_until(char end, std::string_view& rest) {
  const std::string_view taken = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}
template <class Number>
Number to_number(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// One letter for each.
constexpr std::array<std::pair<char, bool ClientCapabilities::*>, 5> capability_letters{
    {{'f', &ClientCapabilities::forms},
     {'u', &ClientCapabilities::urls},
     {'s', &ClientCapabilities::sampling},
     {'t', &ClientCapabilities::sampling_tools},
     {'r', &ClientCapabilities::roots}}};

std::string letters_of(const ClientCapabilities& client) {
  std::string letters;
  for (const auto& [letter, capability] : capability_letters) {
    if (client.*capability) letters += letter;
  }
  return letters;
}
ClientCapabilities client_of(std::string_view letters) {
  ClientCapabilities client;
  for (const auto& [letter, capability] : capability_letters) client.*capability = letters.contains(letter);
  return client;
}

}  // namespace

Sessions::Sessions(const Ports& ports, RotatedSecret key)
    : ports_(ports),
      key_(std::move(key)),
      met_max_(limits::mcp_sessions_met_max),
      changes_(ports.bus.subscribe(
          std::string{changed_topic},
          [this](std::string_view session_key, std::string_view record) { learn(session_key, record); })) {}

std::unique_ptr<Bus::Subscription> Sessions::on_ended(Bus& bus, std::function<void(std::string_view key)> listener) {
  return bus.subscribe(std::string{changed_topic},
                       [listener = std::move(listener)](std::string_view key, std::string_view record) {
                         if (decode(record).ended) listener(key);
                       });
}

// A line "<change> <1 if it has ended> <log level>", and one for each resource.
std::string Sessions::encode(const State& state) {
  std::string record = concat(std::to_string(state.change), state.ended ? " 1 " : " 0 ", to_string(state.log_from));
  for (const std::string& uri : state.watched) record.append("\n").append(uri);
  return record;
}
Sessions::State Sessions::decode(std::string_view record) {
  State state;
  std::string_view first = take_until('\n', record);
  state.change = to_number<std::uint64_t>(take_until(' ', first));
  state.ended = take_until(' ', first) == "1";
  state.log_from = find_severity(first).value_or(state.log_from);
  while (!record.empty()) state.watched.emplace(take_until('\n', record));
  return state;
}

// The sealed text is "<revision's date> <unix seconds> <capabilities> <account>"; the nonce makes each id another.
std::string Sessions::open(Revision revision, const Caller& caller, const ClientCapabilities& client) {
  const std::string plain = concat(rules_of(revision).date, " ", std::to_string(to_unix_seconds(ports_.clock.now())),
                                   " ", letters_of(client), " ", account_of(caller));
  std::string id = base64url_encode(seal(ports_.crypto, ports_.random, key_.current, plain, {}));
  known(hex_encode(ports_.crypto.sha256(id))).read_at = ports_.clock.now();
  return id;
}

std::optional<Session> Sessions::unseal(std::string_view id) const {
  if (id.size() > limits::mcp_session_id_bytes_max) return std::nullopt;
  const auto sealed = base64url_decode(id);
  if (!sealed) return std::nullopt;
  const auto plain = postern::open(ports_.crypto, key_, *sealed, {});
  if (!plain) return std::nullopt;

  std::string_view rest = *plain;
  const auto revision = find_revision(take_until(' ', rest));
  const auto opened = to_number<std::int64_t>(take_until(' ', rest));
  const ClientCapabilities client = client_of(take_until(' ', rest));
  if (!revision) return std::nullopt;
  return Session{*revision, std::string{rest}, client, from_unix_seconds(opened) + limits::mcp_session_lifetime,
                 hex_encode(ports_.crypto.sha256(id))};
}

Task<Result<std::optional<Session>>> Sessions::find(std::string id, Caller caller) {
  const Session* recent = recent_.find(id);
  std::optional<Session> session = recent ? *recent : unseal(id);
  if (!session || session->account != account_of(caller) || ports_.clock.now() >= session->expires_at)
    co_return std::nullopt;
  if (!recent) recent_.remember(id, *session);
  if (known(session->key).read_at + limits::mcp_session_known_for <= ports_.clock.now()) {
    CO_TRY(co_await read_again(session->key));
  }
  if (known(session->key).state.ended) co_return std::nullopt;
  co_return session;
}

Task<Result<void>> Sessions::read_again(std::string session_key) {
  const TimePoint now = ports_.clock.now();
  CO_TRY(const auto record, co_await ports_.store.get(record_key(session_key)));
  if (record) learn(session_key, record->value);
  known(session_key).read_at = now;
  co_return Result<void>{};
}

// What the bus told us meanwhile stands.
void Sessions::learn(std::string_view key, std::string_view record) {
  State state = decode(record);
  if (Known& met = known(key); state.change > met.state.change) met.state = std::move(state);
}

Task<Result<void>> Sessions::change(Session session, std::function<Result<void>(State&)> apply) {
  const std::string key = record_key(session.key);
  for (int attempt = 0; attempt < limits::store_attempts_max; ++attempt) {
    CO_TRY(const auto entry, co_await ports_.store.get(key));
    State state = entry ? decode(entry->value) : State{};
    CO_TRY(apply(state));
    ++state.change;
    const std::string record = encode(state);
    const auto changed = entry ? co_await ports_.store.replace(key, entry->version, record, session.expires_at)
                               : co_await ports_.store.create(key, record, session.expires_at);
    if (!changed) co_return std::unexpected(changed.error());
    if (!*changed) continue;
    co_await ports_.bus.publish(std::string{changed_topic}, session.key, record);
    co_return Result<void>{};
  }
  co_return fail(Error::Kind::unavailable, "Too many change the session at once.");
}

Task<Result<void>> Sessions::end(Session session) {
  return change(std::move(session), [](State& state) {
    state.ended = true;
    return Result<void>{};
  });
}

Severity Sessions::log_from(const Session& session) const {
  const auto found = met_.find(session.key);
  return found == met_.end() ? State{}.log_from : found->second->state.log_from;
}
Task<Result<void>> Sessions::set_log_from(Session session, Severity severity) {
  return change(std::move(session), [severity](State& state) {
    state.log_from = severity;
    return Result<void>{};
  });
}

bool Sessions::watches(std::string_view session_key, std::string_view uri) const {
  const auto found = met_.find(std::string{session_key});
  return found != met_.end() && found->second->state.watched.contains(uri);
}
std::set<std::string, std::less<>> Sessions::watched(std::string_view session_key) const {
  const auto found = met_.find(std::string{session_key});
  return found == met_.end() ? std::set<std::string, std::less<>>{} : found->second->state.watched;
}
Task<Result<void>> Sessions::watch(Session session, std::string uri) {
  return change(std::move(session), [uri = std::move(uri)](State& state) -> Result<void> {
    if (uri.contains('\n')) return fail(Error::Kind::invalid, "A URI has no line breaks.");
    state.watched.insert(uri);
    if (state.watched.size() > limits::watched_resources_max)
      return fail(Error::Kind::invalid, "That is too much to watch in one session.");
    return {};
  });
}
Task<Result<void>> Sessions::unwatch(Session session, std::string uri) {
  return change(std::move(session), [uri = std::move(uri)](State& state) {
    state.watched.erase(uri);
    return Result<void>{};
  });
}

// Where many are held, the next sweep waits until there are twice as many.
const std::shared_ptr<Sessions::Known>& Sessions::place_of(std::string_view key) {
  if (met_.size() >= met_max_ && !met_.contains(std::string{key})) {
    std::erase_if(met_, [](const auto& each) { return each.second.use_count() == 1; });
    met_max_ = std::max(limits::mcp_sessions_met_max, 2 * met_.size());
  }
  std::shared_ptr<Known>& place = met_[std::string{key}];
  if (!place) place = std::make_shared<Known>();
  return place;
}

}  // namespace postern::mcp
