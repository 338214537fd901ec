#include "postern/mcp/transport/call_streams.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/sse.hpp"
#include "postern/mcp/transport/refusal.hpp"
#include "postern/mcp/transport/reply_stream.hpp"
#include "postern/mcp/transport/stream_log.hpp"
#include "postern/ports/random.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view topic = "mcp.stream.call";
// A reply that the log can hold whole, whatever stands before it in its records.
constexpr std::size_t reply_bytes_max = limits::stream_log_bytes_max - 2 * limits::store_value_bytes_max;

rpc::Error internal_error(std::string message) { return {rpc::ErrorCode::internal_error, std::move(message)}; }

}  // namespace

// A call under way: its function, and what it has said that the first connection has not sent yet.
class CallStreams::Call {
 public:
  Call(CallStreams& owner, std::unique_ptr<PendingRequest> request, InFlight::Registration registration,
       const Session& session)
      : owner_(owner),
        request_(std::move(request)),
        registration_(std::move(registration)),
        session_key_(session.key),
        is_primed_(takes_empty_events(session.revision)),
        log_(owner.ports_, session.key, random_id(owner.ports_.random)),
        place_(owner.calls_.insert(owner.calls_.end(), this)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() { owner_.calls_.erase(place_); }

  static Task<void> run(std::shared_ptr<Call> self, Caller caller) {
    if (self->owner_.until_revoked_ && !caller->grant_id.empty()) {
      co_await race(self->owner_.until_revoked_(std::move(caller)), self->work());
    } else {
      co_await self->work();
    }
    self->request_.reset();
    self->registration_ = {};
    self->ended_ = true;
    self->changed_.wake_all();
  }

  [[nodiscard]] bool is(std::string_view session_key, std::string_view stream) const {
    return session_key_ == session_key && log_.stream_id() == stream;
  }
  [[nodiscard]] const std::string& session_key() const { return session_key_; }
  void cancel() {
    if (request_) request_->cancel();
  }

  // Somebody reads from the log: the first connection is out of it.
  void be_read_elsewhere() {
    is_attached_ = false;
    waiting_.clear();
    read_at_ = owner_.ports_.clock.now();
    changed_.wake_all();
  }
  // The first connection is gone. If it has no id to come back with, nobody else will.
  void lose_connection() {
    if (!std::exchange(is_attached_, false)) return;
    read_at_ = owner_.ports_.clock.now();
    if (!has_given_id_ || !is_logged_) return cancel();
    changed_.wake_all();
  }
  void be_read() { read_at_ = owner_.ports_.clock.now(); }

  // For the first connection.
  Task<std::optional<std::string>> next() {
    while (waiting_.empty() && !ended_ && is_attached_) {
      const auto first = co_await race(change(), owner_.ports_.clock.sleep_for(limits::stream_keep_alive));
      if (first.index() == 1) co_return std::string{http::sse_keep_alive};
    }
    if (waiting_.empty()) co_return std::nullopt;
    has_given_id_ = has_given_id_ || waiting_has_id_;
    std::string events = std::exchange(waiting_, {});
    changed_.wake_all();
    co_return events;
  }

 private:
  Task<void> change() { co_await changed_.wait(); }

  Task<void> work() {
    Clock& clock = owner_.ports_.clock;
    co_await owner_.ports_.bus.listen(session_key_);
    co_await begin();
    while (!ended_) {
      if (is_full()) {
        co_await race(change(), clock.sleep_for(limits::stream_renewed_every));
      } else if (!request_->has_news()) {
        co_await race(request_->news(), clock.sleep_for(pause()));
      }
      if (!request_->over() && clock.now() >= ends_at()) request_->time_out();
      if (!is_full()) co_await tell();
      if (is_logged_ && !ended_ && clock.now() >= renewed_at_ + limits::stream_renewed_every) {
        renewed_at_ = clock.now();
        (void)co_await log_.renew();  // or the next time: there are three to a lease
      }
    }
  }

  Task<void> begin() {
    renewed_at_ = owner_.ports_.clock.now();
    const auto opened = co_await log_.open(request_->context().id);
    is_logged_ = opened && *opened;
    if (!is_attached_) co_return;
    if (is_logged_ && is_primed_) {
      waiting_ = http::serialize(
          {.id = owner_.ids_.seal(session_key_, {.stream = log_.stream_id()}), .retry = limits::stream_retry_after});
      waiting_has_id_ = true;
    } else {
      waiting_ = http::sse_keep_alive;
    }
    changed_.wake_all();
  }

  // Its reader is slow: what is not taken from the request stays bounded there.
  [[nodiscard]] bool is_full() const { return is_attached_ && waiting_.size() >= limits::stream_queue_bytes_max; }
  [[nodiscard]] TimePoint ends_at() const {
    return is_attached_ ? request_->ends_at()
                        : std::min<TimePoint>(request_->ends_at(), read_at_ + limits::stream_unread_max);
  }
  [[nodiscard]] Duration pause() const {
    return std::min<Duration>(limits::stream_renewed_every, ends_at() - owner_.ports_.clock.now());
  }

  // Writes down what is new, then gives it to whoever reads.
  Task<void> tell() {
    std::vector<std::string> messages;
    while (auto message = request_->take_message()) messages.push_back(*std::move(message));
    const bool over = request_->over();
    if (over) messages.push_back(request_->reply().value_or(""));
    if (messages.empty()) co_return;

    std::vector<EventPosition> positions;
    if (is_logged_) {
      auto logged = co_await write(messages, over ? StreamLog::End::yes : StreamLog::End::no);
      is_logged_ = logged.has_value();
      if (logged) positions = *std::move(logged);
    }
    if (is_attached_) {
      waiting_has_id_ = waiting_has_id_ || is_logged_;
      for (std::size_t i = 0; i < messages.size(); ++i) {
        if (messages[i].empty()) continue;
        waiting_ += http::serialize({.data = std::move(messages[i]),
                                     .id = is_logged_ ? owner_.ids_.seal(session_key_, positions[i]) : std::string{}});
      }
    } else if (is_logged_) {
      co_await owner_.say(session_key_, Word::written, log_.stream_id(), {});
    } else {
      request_->cancel();  // nobody can hear of it any more
    }
    ended_ = over;
    changed_.wake_all();
  }

  Task<Result<std::vector<EventPosition>>> write(std::vector<std::string>& messages, StreamLog::End end) {
    if (end == StreamLog::End::no || messages.back().size() <= reply_bytes_max) {
      co_return co_await log_.append(messages, end);
    }
    std::string reply = std::exchange(
        messages.back(),
        rpc::error_reply(request_->context().id, internal_error("The result was too large to be kept. Call again.")));
    auto logged = co_await log_.append(messages, end);
    messages.back() = std::move(reply);
    co_return logged;
  }

  CallStreams& owner_;
  std::unique_ptr<PendingRequest> request_;
  InFlight::Registration registration_;
  const std::string session_key_;
  const bool is_primed_;
  StreamLog log_;
  std::list<Call*>::iterator place_;
  bool is_logged_ = false;
  bool is_attached_ = true;  // the first connection still reads
  bool has_given_id_ = false;
  bool ended_ = false;
  std::string waiting_;  // events for the first connection
  bool waiting_has_id_ = false;
  TimePoint renewed_at_;
  TimePoint read_at_;
  WaitList changed_;
};

class CallStreams::FirstReader final : public http::BodyStream {
 public:
  explicit FirstReader(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  FirstReader(const FirstReader&) = delete;
  FirstReader& operator=(const FirstReader&) = delete;
  ~FirstReader() override { call_->lose_connection(); }
  Task<std::optional<std::string>> next() override { return call_->next(); }

 private:
  const std::shared_ptr<Call> call_;
};

// Who came back: reads from the log.
class CallStreams::Reader final : public http::BodyStream {
 public:
  Reader(CallStreams& owner, Session session, const Caller& caller, EventPosition position)
      : owner_(owner),
        session_key_(std::move(session).key),
        id_(random_id(owner.ports_.random)),
        log_(owner.ports_, session_key_, position.stream),
        position_(std::move(position)),
        ends_at_(std::min<TimePoint>(owner.ports_.clock.now() + limits::stream_lifetime_max, caller->authorized_until)),
        place_(owner.readers_.insert(owner.readers_.end(), this)) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() override { owner_.readers_.erase(place_); }

  [[nodiscard]] bool is(std::string_view session_key, std::string_view stream) const {
    return session_key_ == session_key && log_.stream_id() == stream;
  }
  [[nodiscard]] const std::string& session_key() const { return session_key_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  void wake() { changed_.wake_all(); }
  void close() {
    closed_ = true;
    wake();
  }

  Task<std::optional<std::string>> next() override {
    Clock& clock = owner_.ports_.clock;
    if (!spoke_) {
      co_await owner_.ports_.bus.listen(session_key_);
      co_await say(Word::resumed);
    }
    const TimePoint began = clock.now();
    while (!closed_) {
      std::string events = co_await look();
      const bool is_first = !std::exchange(spoke_, true);
      if (!events.empty()) co_return events;
      if (closed_ || clock.now() >= ends_at_) break;
      if (is_first || clock.now() - began >= limits::stream_keep_alive) co_return std::string{http::sse_keep_alive};
      co_await race(change(),
                    clock.sleep_for(std::min<Duration>(limits::stream_poll_interval, ends_at_ - clock.now())));
      if (clock.now() >= said_at_ + limits::stream_poll_interval) co_await say(Word::being_read);
    }
    co_return std::nullopt;
  }

 private:
  Task<void> change() { co_await changed_.wait(); }
  Task<void> say(Word word) {
    said_at_ = owner_.ports_.clock.now();
    return owner_.say(session_key_, word, log_.stream_id(), id_);
  }

  // The events that are new. Of a call that is lost, its end.
  Task<std::string> look() {
    const auto reading = co_await log_.read(position_);
    if (!reading) co_return "";  // the store may be back at the next look
    std::string events;
    for (const auto& [message, position] : reading->lines) {
      position_ = position;
      if (message.empty()) continue;
      events += http::serialize({.data = message, .id = owner_.ids_.seal(session_key_, position)});
    }
    closed_ = closed_ || reading->ended;
    if (closed_ || !reading->lines.empty()) co_return events;

    const auto head = co_await log_.find();
    if (!head) co_return "";
    if (!*head) closed_ = true;
    if (!*head || (*head)->runs_until > owner_.ports_.clock.now()) co_return "";
    const auto ended = co_await log_.end_lost(
        reading->next_record,
        rpc::error_reply((*head)->request, internal_error("The server was stopped while it worked "
                                                          "on this. Call again.")));
    if (ended) co_return co_await look();
    co_return "";
  }

  CallStreams& owner_;
  const std::string session_key_;
  const std::string id_;
  const StreamLog log_;
  EventPosition position_;
  const TimePoint ends_at_;
  std::list<Reader*>::iterator place_;
  TimePoint said_at_;
  bool spoke_ = false;
  bool closed_ = false;
  WaitList changed_;
};

CallStreams::CallStreams(const Ports& ports, const EventIds& ids, UntilRevoked until_revoked)
    : ports_(ports),
      ids_(ids),
      until_revoked_(std::move(until_revoked)),
      said_(ports.bus.subscribe(std::string{topic}, [this](std::string_view session_key,
                                                           std::string_view message) { hear(session_key, message); })),
      ended_(Sessions::on_ended(ports.bus, [this](std::string_view session_key) { end(session_key); })) {}

http::Response CallStreams::start(std::unique_ptr<PendingRequest> request, InFlight::Registration registration,
                                  const Session& session, const Caller& caller, Strand* strand) {
  auto call = std::make_shared<Call>(*this, std::move(request), std::move(registration), session);
  http::Response response = event_stream(std::make_unique<FirstReader>(call));
  Task<void> running = Call::run(std::move(call), caller);
  if (strand) {
    response.after = std::move(running);
  } else {
    const auto place = background_.emplace(background_.end());
    *place = Job::prepare(std::move(running), [this, place](const std::exception_ptr&) { background_.erase(place); });
    place->resume();
  }
  return response;
}

Task<http::Response> CallStreams::resume(Session session, Caller caller, EventPosition position) {
  const auto head = co_await StreamLog{ports_, session.key, position.stream}.find();
  if (!head) co_return try_again();
  if (!*head) co_return refusal(400, {}, {rpc::ErrorCode::invalid_request, "Nothing is kept of that stream any more."});
  co_return event_stream(std::make_unique<Reader>(*this, std::move(session), caller, std::move(position)));
}

// "<word><stream> <reader>".
Task<void> CallStreams::say(std::string session_key, Word word, std::string_view stream,
                            std::string_view reader) const {
  const char letter = static_cast<char>(word);
  return ports_.bus.publish(std::string{topic}, std::move(session_key),
                            concat(std::string_view{&letter, 1}, stream, " ", reader));
}

// Whoever is told may be destroyed by it, so the lists are not walked meanwhile.
void CallStreams::hear(std::string_view session_key, std::string_view message) const {
  if (message.empty()) return;
  const auto word = static_cast<Word>(message.front());
  const std::size_t space = message.find(' ');
  const std::string_view stream = message.substr(1, space - 1), reader = message.substr(space + 1);
  const auto is_meant = [&](const auto* each) { return each->is(session_key, stream); };
  const auto call = std::ranges::find_if(calls_, is_meant);
  if (call != calls_.end() && word == Word::being_read) (*call)->be_read();
  if (call != calls_.end() && word == Word::resumed) (*call)->be_read_elsewhere();
  std::vector<Reader*> readers;
  std::ranges::copy_if(readers_, std::back_inserter(readers), is_meant);
  for (Reader* each : readers) {
    if (word == Word::written) each->wake();
    if (word == Word::resumed && each->id() != reader) each->close();
  }
}

void CallStreams::end(std::string_view session_key) const {
  std::vector<Call*> calls;
  for (Call* each : calls_) {
    if (each->session_key() == session_key) calls.push_back(each);
  }
  for (Call* each : calls) each->cancel();
  std::vector<Reader*> readers;
  for (Reader* each : readers_) {
    if (each->session_key() == session_key) readers.push_back(each);
  }
  for (Reader* each : readers) each->close();
}

}  // namespace postern::mcp
