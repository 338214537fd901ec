#include "postern/mcp/transport/notification_streams.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "postern/base/concat.hpp"
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

using Names = std::vector<std::string>;
struct Filter {
  std::optional<Names> resourceSubscriptions;
  std::optional<Names> taskIds;
};
struct ListenParams {
  Filter notifications;
};

std::string list_changed(std::string_view list, const json::Object& meta) {
  json::Object params;
  if (!meta.empty()) params["_meta"] = meta;
  return rpc::notification(concat("notifications/", list, "/list_changed"), params);
}

std::string updated(std::string_view uri, const json::Object& meta) {
  json::Object params{{"uri", uri}};
  if (!meta.empty()) params["_meta"] = meta;
  return rpc::notification("notifications/resources/updated", params);
}

bool is_too_much(const std::optional<Names>& wanted) {
  return wanted && wanted->size() > limits::watched_resources_max;
}

}  // namespace

// What a stream was opened for.
struct NotificationStreams::Terms {
  std::string session_key{};              // empty: a subscription of 2026-07-28
  std::vector<std::string_view> lists{};  // "tools", of which it is told when they change

  // Of a session's stream.
  bool have_ids = false;
  bool primed = false;
  std::optional<EventPosition> since{};

  // Of a subscription.
  std::set<std::string, std::less<>> watched{};             // resources
  std::map<std::string, std::string, std::less<>> tasks{};  // and what was said of each last
  json::Object meta{};                                      // of each notification
  std::string farewell{};                                   // the reply to the request that opened it
};

class NotificationStreams::Stream final : public http::BodyStream {
 public:
  Stream(NotificationStreams& owner, const Caller& caller, Terms terms)
      : owner_(owner),
        caller_(caller),
        account_(account_of(caller)),
        terms_(std::move(terms)),
        hold_(terms_.session_key.empty() ? nullptr : owner.sessions_.hold(terms_.session_key)),
        ends_at_(std::min<TimePoint>(owner.ports_.clock.now() + limits::stream_lifetime_max,
                                     caller ? caller->authorized_until : TimePoint::max())) {
    place_ = owner.streams_.insert(owner.streams_.end(), this);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override { owner_.streams_.erase(place_); }

  // `moment` is when what it tells of has happened.
  void push(std::string message, TimePoint moment) {
    add(std::move(message), moment);
    changed_.wake_all();
  }
  void tell_lists() {
    for (const std::string_view list : terms_.lists) add(list_changed(list, terms_.meta), owner_.ports_.clock.now());
    changed_.wake_all();
  }
  // The task is looked at when the next events go out.
  void look_at(std::string_view task_id) {
    changed_tasks_.emplace(task_id);
    changed_.wake_all();
  }
  void close() {
    closed_ = true;
    changed_.wake_all();
  }
  [[nodiscard]] const Terms& terms() const { return terms_; }
  [[nodiscard]] bool watches(std::string_view account, std::string_view uri) const {
    if (account != account_) return false;
    return terms_.session_key.empty() ? terms_.watched.contains(uri)
                                      : owner_.sessions_.watches(terms_.session_key, uri);
  }
  [[nodiscard]] bool is_of(std::string_view account) const { return account == account_; }
  [[nodiscard]] bool watches_task(std::string_view key, std::string_view id) const {
    return terms_.session_key.empty() ? key == account_ && terms_.tasks.contains(id) : key == terms_.session_key;
  }

  Task<std::optional<std::string>> next() override {
    Clock& clock = owner_.ports_.clock;
    if (done_) co_return std::nullopt;
    std::string events;
    if (!spoke_) events = co_await begin();
    if (spoke_ && messages_.empty() && changed_tasks_.empty() && !closed_) {
      const Duration idle = std::min<Duration>(limits::stream_keep_alive, ends_at_ - clock.now());
      const auto first = co_await race(changed(), clock.sleep_for(idle));
      if (first.index() == 1) look_at_all_tasks();
    }
    spoke_ = true;
    if (clock.now() >= ends_at_) closed_ = true;

    for (; !messages_.empty(); messages_.pop_front())
      events += http::serialize({.data = messages_.front().text, .id = id_of(messages_.front().moment)});
    for (const std::string& id : std::exchange(changed_tasks_, {})) events += co_await tell_of(id);
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

  void add(std::string message, TimePoint moment) {
    const auto known = std::ranges::find(messages_, message, &Message::text);
    if (known != messages_.end()) {
      known->moment = std::max(known->moment, moment);
      return;
    }
    messages_.push_back({std::move(message), moment});
  }
  Task<void> changed() { co_await changed_.wait(); }
  [[nodiscard]] std::string id_of(TimePoint moment) const {
    return terms_.have_ids ? owner_.ids_.seal(terms_.session_key, EventPosition::at(moment)) : std::string{};
  }
  // It hears what other instances say from now on; what a session said of itself before is in the store. So is what its
  // client has missed. Gives the event that comes first.
  Task<std::string> begin() {
    const TimePoint began = owner_.ports_.clock.now() - Duration{1};  // what happens at this moment is not known
    if (!account_.empty()) co_await owner_.ports_.bus.listen(account_);
    if (terms_.session_key.empty()) {
      look_at_all_tasks();
      co_return "";
    }
    co_await owner_.ports_.bus.listen(terms_.session_key);
    (void)co_await owner_.sessions_.read_again(terms_.session_key);
    if (terms_.since) co_await catch_up(terms_.since->moment());
    if (!terms_.primed) co_return "";
    co_return http::serialize(
        {.id = id_of(terms_.since ? terms_.since->moment() : began), .retry = limits::stream_retry_after});
  }
  // What cannot be known to be as it was may have changed.
  Task<void> catch_up(TimePoint since) {
    const auto changed = co_await find_resource_updates(owner_.ports_, account_, since);
    for (const std::string& uri : owner_.sessions_.watched(terms_.session_key)) {
      if (!changed || !*changed) {
        push(updated(uri, {}), owner_.ports_.clock.now());
      } else if (const auto found = (*changed)->find(uri); found != (*changed)->end()) {
        push(updated(uri, {}), found->second);
      }
    }
  }

  // Of one whose server was stopped, and of what was lost on the bus, nobody says anything.
  void look_at_all_tasks() {
    for (const auto& [id, told] : terms_.tasks) changed_tasks_.insert(id);
  }
  // What has become of a task, as an event; nothing if that was said already. These have no id: who comes back asks.
  Task<std::string> tell_of(std::string id) {
    const bool is_subscription = terms_.session_key.empty();
    if (is_subscription && !terms_.tasks.contains(id)) co_return "";
    const auto task = co_await owner_.tasks_.find(caller_, id);
    if (!task) co_return "";  // the store may be back at the next look
    if (!*task) {
      terms_.tasks.erase(id);
      co_return "";
    }
    auto text =
        co_await owner_.tasks_.describe(caller_, **task, is_subscription ? latest_revision : latest_legacy_revision);
    if (!text) co_return "";
    if (!is_subscription) co_return event("notifications/tasks/status", *text);
    if (std::exchange(terms_.tasks[id], *text) == *text) co_return "";
    if (is_final((*task)->status)) terms_.tasks.erase(id);
    co_return event("notifications/tasks", finish_result(*std::move(text), add_meta("}", terms_.meta)));
  }
  static std::string event(std::string_view method, std::string_view params) {
    return http::serialize({.data = rpc::notification_of(method, params)});
  }

  NotificationStreams& owner_;
  const Caller caller_;
  const std::string account_;
  Terms terms_;
  const Sessions::Hold hold_;
  const TimePoint ends_at_;
  std::list<Stream*>::iterator place_;
  std::deque<Message> messages_;
  std::set<std::string> changed_tasks_;
  bool spoke_ = false;
  bool closed_ = false;
  bool done_ = false;
  WaitList changed_;
};

NotificationStreams::NotificationStreams(const App& app, const Ports& ports, Sessions& sessions, Tasks& tasks,
                                         const EventIds& ids, const std::vector<std::string_view>& changing_lists)
    : app_(app),
      ports_(ports),
      sessions_(sessions),
      tasks_(tasks),
      ids_(ids),
      changing_lists_(changing_lists),
      updates_(
          on_resource_update(ports.bus, [this](auto account, auto uri, auto moment) { tell(account, uri, moment); })),
      task_changes_(Tasks::on_changed(ports.bus, [this](auto key, auto id) { tell_task(key, id); })),
      rights_(ports.bus.subscribe(std::string{rights_changed},
                                  [this](std::string_view account, std::string_view) { tell_lists(account); })),
      opened_(ports.bus.subscribe(std::string{opened_topic},
                                  [this](std::string_view key, std::string_view) { close(key); })),
      ended_(Sessions::on_ended(ports.bus, [this](std::string_view key) { close(key); })) {}

Task<std::expected<http::Response, rpc::Error>> NotificationStreams::listen(rpc::Request request, Caller caller) {
  auto params = json::decode<ListenParams>(request.params);
  if (!params) co_return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, std::move(params).error().message});
  const auto& [uris, task_ids] = params->notifications;
  if (is_too_much(uris) || is_too_much(task_ids)) {
    co_return std::unexpected(rpc::Error{rpc::ErrorCode::invalid_params, "That is too much to watch on one stream."});
  }

  Terms terms;
  json::Object honored;
  if (uris) {
    for (const std::string& uri : *uris) {
      const auto found = app_.find_resource(uri);
      if (found && is_visible(*found->resource, caller.get()) && !check_access(*found->resource, caller.get()))
        terms.watched.insert(uri);
    }
    honored["resourceSubscriptions"] = json::Array(terms.watched.begin(), terms.watched.end());
  }
  if (task_ids) {
    json::Array& watched = honored["taskIds"].emplace_array();
    for (const std::string& id : *task_ids) {
      if (!caller || terms.tasks.contains(id)) continue;
      const auto task = co_await tasks_.find(caller, id);
      if (!task) co_return std::unexpected(rpc::Error{rpc::ErrorCode::internal_error, "Try again in a moment."});
      if (!*task) continue;
      terms.tasks.try_emplace(id);
      watched.emplace_back(id);
    }
  }
  const json::Value& asked = *json::find(request.params, "notifications");
  for (const std::string_view list : changing_lists_) {
    const std::string name = concat(list, "ListChanged");
    const json::Value* wanted = json::find(asked, name);
    if (!wanted || *wanted != true) continue;
    terms.lists.push_back(list);
    honored[name] = true;
  }
  terms.meta[subscription_key] = *json::parse(request.id.text());
  const std::string end = add_meta(result_end(app_, latest_revision), terms.meta);
  terms.farewell = rpc::result_reply(request.id, concat("{", std::string_view{end}.substr(1)));
  std::string acknowledgment = rpc::notification("notifications/subscriptions/acknowledged",
                                                 {{"_meta", terms.meta}, {"notifications", std::move(honored)}});
  auto stream = std::make_unique<Stream>(*this, caller, std::move(terms));
  stream->push(std::move(acknowledgment), ports_.clock.now());
  co_return event_stream(std::move(stream));
}

Task<http::Response> NotificationStreams::open(Session session, const Caller& caller, Events events,
                                               std::optional<EventPosition> since) {
  co_await ports_.bus.publish(std::string{opened_topic}, session.key, {});
  const bool have_ids = events == Events::with_ids;
  Terms terms{.session_key = session.key,
              .lists = changing_lists_,
              .have_ids = have_ids,
              .primed = have_ids && takes_empty_events(session.revision),
              .since = std::move(since)};
  co_return event_stream(std::make_unique<Stream>(*this, caller, std::move(terms)));
}

void NotificationStreams::tell(std::string_view account, std::string_view uri, TimePoint moment) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;  // pushing may end it
    if (!stream.watches(account, uri)) continue;
    stream.push(updated(uri, stream.terms().meta), moment);
  }
}

void NotificationStreams::tell_task(std::string_view key, std::string_view id) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;
    if (stream.watches_task(key, id)) stream.look_at(id);
  }
}

void NotificationStreams::tell_lists(std::string_view account) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;  // pushing may end it
    if (stream.is_of(account)) stream.tell_lists();
  }
}

void NotificationStreams::close(std::string_view session_key) const {
  for (auto next = streams_.begin(); next != streams_.end();) {
    Stream& stream = **next++;
    if (stream.terms().session_key == session_key) stream.close();
  }
}

}  // namespace postern::mcp
