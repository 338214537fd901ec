#include "postern/mcp/transport/notification_streams.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/sse.hpp"
#include "postern/json/bind.hpp"
#include "postern/mcp/methods/call_context.hpp"
#include "postern/mcp/methods/method.hpp"
#include "postern/mcp/methods/resource_updates.hpp"
#include "postern/mcp/transport/reply_stream.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view opened_topic = "mcp.stream.opened";
constexpr std::string_view subscription_key = "io.modelcontextprotocol/subscriptionId";

struct Filter {
  std::optional<std::vector<std::string>> resourceSubscriptions;
};
struct ListenParams {
  Filter notifications;
};

std::string updated(std::string_view uri, const json::Object& meta) {
  json::Object params{{"uri", uri}};
  if (!meta.empty()) params["_meta"] = meta;
  return rpc::notification("notifications/resources/updated", params);
}

}  // namespace

// What a stream was opened for.
struct NotificationStreams::Terms {
  std::string session_key{};  // empty: a subscription of 2026-07-28, and what follows the next two is its own
  bool have_ids = false;
  bool primed = false;
  std::optional<EventPosition> since{};
  std::set<std::string, std::less<>> watched{};
  json::Object meta{};     // of each notification
  std::string farewell{};  // the reply to the request that opened it
};

class NotificationStreams::Stream final : public http::BodyStream {
 public:
  Stream(NotificationStreams& owner, const Caller& caller, Terms terms)
      : owner_(owner),
        user_id_(caller ? caller->user_id : std::string{}),
        terms_(std::move(terms)),
        ends_at_(std::min<TimePoint>(owner.ports_.clock.now() + limits::stream_lifetime_max,
                                     caller ? caller->authorized_until : TimePoint::max())) {
    place_ = owner.streams_.insert(owner.streams_.end(), this);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override { owner_.streams_.erase(place_); }

  // `moment` is when what it tells of has happened.
  void push(std::string message, TimePoint moment) {
    const auto known = std::ranges::find(messages_, message, &Message::text);
    if (known != messages_.end()) {
      known->moment = std::max(known->moment, moment);
      return;
    }
    messages_.push_back({std::move(message), moment});
    changed_.wake_all();
  }
  void close() {
    closed_ = true;
    changed_.wake_all();
  }
  [[nodiscard]] const Terms& terms() const { return terms_; }
  [[nodiscard]] bool watches(std::string_view user_id, std::string_view uri) const {
    if (user_id != user_id_) return false;
    return terms_.session_key.empty() ? terms_.watched.contains(uri)
                                      : owner_.sessions_.watches(terms_.session_key, uri);
  }

  Task<std::optional<std::string>> next() override {
    Clock& clock = owner_.ports_.clock;
    if (done_) co_return std::nullopt;
    std::string events;
    if (!spoke_) events = co_await begin();
    if (spoke_ && messages_.empty() && !closed_) {
      const Duration idle = std::min<Duration>(limits::stream_keep_alive, ends_at_ - clock.now());
      co_await race(changed(), clock.sleep_for(idle));
    }
    spoke_ = true;
    if (clock.now() >= ends_at_) closed_ = true;

    for (; !messages_.empty(); messages_.pop_front())
      events += http::serialize({.data = messages_.front().text, .id = id_of(messages_.front().moment)});
    if (closed_) {
      done_ = true;
      if (!terms_.farewell.empty()) events += http::serialize({.data = terms_.farewell});
      if (events.empty()) co_return std::nullopt;
    }
    co_return events.empty() ? std::string{http::sse_keep_alive} : events;
  }

 private:
  struct Message {
    std::string text;
    TimePoint moment;
  };

  Task<void> changed() { co_await changed_.wait(); }
  [[nodiscard]] std::string id_of(TimePoint moment) const {
    return terms_.have_ids ? owner_.ids_.seal(terms_.session_key, EventPosition::at(moment)) : std::string{};
  }
  // It hears what other instances say from now on; what a session said of itself before is in the store. So is what its
  // client has missed. Gives the event that comes first.
  Task<std::string> begin() {
    const TimePoint began = owner_.ports_.clock.now() - Duration{1};  // what happens at this moment is not known
    if (!user_id_.empty()) co_await owner_.ports_.bus.listen(user_id_);
    if (terms_.session_key.empty()) co_return "";
    co_await owner_.ports_.bus.listen(terms_.session_key);
    (void)co_await owner_.sessions_.read_again(terms_.session_key);
    if (terms_.since) co_await catch_up(terms_.since->moment());
    if (!terms_.primed) co_return "";
    co_return http::serialize(
        {.id = id_of(terms_.since ? terms_.since->moment() : began), .retry = limits::stream_retry_after});
  }
  // What cannot be known to be as it was may have changed.
  Task<void> catch_up(TimePoint since) {
    const auto changed = co_await find_resource_updates(owner_.ports_, user_id_, since);
    for (const std::string& uri : owner_.sessions_.watched(terms_.session_key)) {
      if (!changed || !*changed) {
        push(updated(uri, {}), owner_.ports_.clock.now());
      } else if (const auto found = (*changed)->find(uri); found != (*changed)->end()) {
        push(updated(uri, {}), found->second);
      }
    }
  }

  NotificationStreams& owner_;
  const std::string user_id_;
  const Terms terms_;
  const TimePoint ends_at_;
  std::list<Stream*>::iterator place_;
  std::deque<Message> messages_;
  bool spoke_ = false;
  bool closed_ = false;
  bool done_ = false;
  WaitList changed_;
};

NotificationStreams::NotificationStreams(const App& app, const Ports& ports, Sessions& sessions, const EventIds& ids)
    : app_(app),
      ports_(ports),
      sessions_(sessions),
      ids_(ids),
      updates_(
          on_resource_update(ports.bus, [this](auto user_id, auto uri, auto moment) { tell(user_id, uri, moment); })),
      opened_(ports.bus.subscribe(std::string{opened_topic},
                                  [this](std::string_view key, std::string_view) { close(key); })),
      ended_(Sessions::on_ended(ports.bus, [this](std::string_view key) { close(key); })) {}

std::expected<http::Response, rpc::Error> NotificationStreams::listen(const rpc::Request& request,
                                                                      const Caller& caller) {
  auto params = json::decode<ListenParams>(request.params);
  if (!params) return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, std::move(params).error().message});
  auto& asked = params->notifications.resourceSubscriptions;
  if (asked && asked->size() > limits::watched_resources_max) {
    return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "That is too much to watch on one stream."});
  }

  Terms terms;
  for (const std::string& uri : asked.value_or(std::vector<std::string>{})) {
    const auto found = app_.find_resource(uri);
    if (found && is_visible(*found->resource, caller.get()) && !check_access(*found->resource, caller.get()))
      terms.watched.insert(uri);
  }
  terms.meta[subscription_key] = *json::parse(request.id.text());
  json::Object honored;
  if (asked) honored["resourceSubscriptions"] = json::Array(terms.watched.begin(), terms.watched.end());
  terms.farewell =
      rpc::result_reply(request.id, json::serialize(json::Object{{"resultType", "complete"}, {"_meta", terms.meta}}));
  std::string acknowledgment = rpc::notification("notifications/subscriptions/acknowledged",
                                                 {{"_meta", terms.meta}, {"notifications", std::move(honored)}});
  auto stream = std::make_unique<Stream>(*this, caller, std::move(terms));
  stream->push(std::move(acknowledgment), ports_.clock.now());
  return event_stream(std::move(stream));
}

Task<http::Response> NotificationStreams::open(Session session, const Caller& caller, Events events,
                                               std::optional<EventPosition> since) {
  co_await ports_.bus.publish(std::string{opened_topic}, session.key, {});
  const bool have_ids = events == Events::with_ids;
  Terms terms{.session_key = session.key,
              .have_ids = have_ids,
              .primed = have_ids && takes_empty_events(session.revision),
              .since = std::move(since)};
  co_return event_stream(std::make_unique<Stream>(*this, caller, std::move(terms)));
}

void NotificationStreams::tell(std::string_view user_id, std::string_view uri, TimePoint moment) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;  // pushing may end it
    if (!stream.watches(user_id, uri)) continue;
    stream.push(updated(uri, stream.terms().meta), moment);
  }
}

void NotificationStreams::close(std::string_view session_key) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;
    if (stream.terms().session_key == session_key) stream.close();
  }
}

}  // namespace postern::mcp
