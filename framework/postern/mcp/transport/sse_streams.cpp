#include "postern/mcp/transport/sse_streams.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "postern/base/concat.hpp"
#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/sse.hpp"
#include "postern/mcp/jsonrpc.hpp"
#include "postern/mcp/transport/reply_stream.hpp"
#include "postern/ports/random.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view given_topic = "mcp.sse.given";
constexpr std::string_view taken_topic = "mcp.sse.taken";

std::string grant_of(const Caller& caller) { return caller ? caller->grant_id : std::string{}; }

std::string refuse(std::string_view message) {
  auto value = json::parse(message);
  const auto parsed = value ? rpc::parse_message(*std::move(value)) : std::unexpected(rpc::Malformed{});
  const auto* request = parsed ? std::get_if<rpc::Request>(&*parsed) : nullptr;
  return rpc::error_reply(
      request ? std::optional{request->id} : std::nullopt,
      {rpc::ErrorCode::invalid_request, "The stream's access token is not good for this: open another."});
}

}  // namespace

// A POST that waits for its message to be taken.
struct SseStreams::Waiting {
  std::string number;
  bool taken = false;
  WaitList changed{};

  Task<void> change() { co_await changed.wait(); }
};

class SseStreams::Stream final : public http::BodyStream {
 public:
  Stream(SseStreams& owner, std::string session_id, std::string key, std::string_view address, const Caller& caller)
      : owner_(owner),
        session_id_(std::move(session_id)),
        key_(std::move(key)),
        caller_(caller),
        ends_at_(std::min<TimePoint>(owner.ports_.clock.now() + limits::stream_lifetime_max,
                                     caller ? caller->authorized_until : TimePoint::max())),
        place_(owner.streams_.insert(owner.streams_.end(), this)),
        outgoing_(http::serialize({.event = "endpoint", .data = std::string{address}})) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override { owner_.streams_.erase(place_); }

  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] bool is_of(std::string_view grant_id) const { return grant_of(caller_) == grant_id; }
  void take(std::string_view number, std::string_view message) {
    if (exchanges_.size() + incoming_.size() >= limits::sse_calls_max) return;
    incoming_.emplace_back(number, message);
    changed_.wake_all();
  }

  Task<std::optional<std::string>> next() override {
    Clock& clock = owner_.ports_.clock;
    if (!std::exchange(listens_, true)) co_await owner_.ports_.bus.listen(key_);
    while (true) {
      co_await start_incoming();
      if (!outgoing_.empty()) {
        std::string events = std::exchange(outgoing_, {});
        changed_.wake_all();
        co_return events;
      }
      if (clock.now() >= ends_at_) co_return std::nullopt;
      const Duration idle = std::min<Duration>(limits::stream_keep_alive, ends_at_ - clock.now());
      const auto first = co_await race(change(), clock.sleep_for(idle));
      if (first.index() == 1 && clock.now() < ends_at_) co_return std::string{http::sse_keep_alive};
    }
  }

 private:
  // A request under way, in the session as it was when the request came.
  struct Exchange {
    http::Request request;
    Job job{};
  };

  Task<void> change() { co_await changed_.wait(); }

  Task<void> start_incoming() {
    while (!incoming_.empty()) {
      auto [number, message] = std::move(incoming_.front());
      incoming_.pop_front();
      start(request_for(http::Method::post, std::move(message)), co_await this_strand());
      co_await owner_.ports_.bus.publish(std::string{taken_topic}, key_, std::move(number));
    }
  }

  [[nodiscard]] http::Request request_for(http::Method method, std::string message) const {
    http::Request request{
        .method = method, .target = "/messages", .body = std::move(message), .id = random_id(owner_.ports_.random)};
    request.headers.set("Accept", "application/json, text/event-stream");
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Mcp-Session-Id", session_id_);
    return request;
  }

  void start(http::Request request, Strand* strand) {
    const auto place = exchanges_.emplace(exchanges_.end(), std::move(request));
    place->job =
        Job::prepare(carry(*place), [this, place](const std::exception_ptr&) { exchanges_.erase(place); }, strand);
    place->job.resume();
  }

  Task<void> carry(Exchange& exchange) {
    auto answer = co_await owner_.handle_(exchange.request, caller_);
    if (!answer) co_return say(http::serialize({.data = refuse(exchange.request.body)}));
    http::Response response = *std::move(answer);
    if (const std::string* session_id = response.headers.find("Mcp-Session-Id")) {
      session_id_ = *session_id;
      start(request_for(http::Method::get, {}), co_await this_strand());  // what belongs to no request of the client's
    }
    if (response.stream) {
      co_await pass_on(*response.stream);
    } else if (!response.body.empty()) {
      say(http::serialize({.data = std::move(response.body)}));
    }
    if (response.after.valid()) co_await std::move(response.after);
  }
  // What such a stream says are events already.
  Task<void> pass_on(http::BodyStream& stream) {
    while (auto events = co_await stream.next()) {
      if (!events->starts_with(':')) say(*std::move(events));
      while (outgoing_.size() >= limits::stream_queue_bytes_max) co_await changed_.wait();
    }
  }
  void say(std::string events) {
    outgoing_ += events;
    changed_.wake_all();
  }

  SseStreams& owner_;
  std::string session_id_;
  const std::string key_;
  const Caller caller_;
  const TimePoint ends_at_;
  std::list<Stream*>::iterator place_;
  std::string outgoing_;
  std::deque<std::pair<std::string, std::string>> incoming_;  // number and message
  bool listens_ = false;
  WaitList changed_;
  std::list<Exchange> exchanges_;  // last: they use all the others
};

SseStreams::SseStreams(const Ports& ports, Handle handle)
    : ports_(ports),
      handle_(std::move(handle)),
      given_(ports.bus.subscribe(std::string{given_topic},
                                 [this](std::string_view key, std::string_view message) { hear(key, message); })),
      taken_(ports.bus.subscribe(std::string{taken_topic},
                                 [this](std::string_view, std::string_view number) { hear_taken(number); })) {}

http::Response SseStreams::open(std::string session_id, std::string key, std::string address, const Caller& caller) {
  return event_stream(std::make_unique<Stream>(*this, std::move(session_id), std::move(key), address, caller));
}

// "<number> <grant id> <message>".
Task<bool> SseStreams::give(std::string key, Caller caller, std::string message) {
  Waiting waiting{.number = random_id(ports_.random)};
  struct Place {
    std::list<Waiting*>& list;
    std::list<Waiting*>::iterator at;
    ~Place() { list.erase(at); }
  } const place{waiting_, waiting_.insert(waiting_.end(), &waiting)};
  const TimePoint ends_at = ports_.clock.now() + limits::sse_taken_within;
  co_await ports_.bus.listen(key);
  co_await ports_.bus.publish(std::string{given_topic}, std::move(key),
                              concat(waiting.number, " ", grant_of(caller), " ", message));
  while (!waiting.taken && ports_.clock.now() < ends_at) {
    co_await race(waiting.change(), ports_.clock.sleep_for(ends_at - ports_.clock.now()));
  }
  co_return waiting.taken;
}

void SseStreams::hear(std::string_view key, std::string_view message) const {
  const auto stream = std::ranges::find(streams_, key, &Stream::key);
  const std::size_t number_end = message.find(' ');
  const std::size_t grant_end = message.find(' ', number_end + 1);
  if (stream == streams_.end() || grant_end == std::string_view::npos) return;
  const std::string_view grant_id = message.substr(number_end + 1, grant_end - number_end - 1);
  if ((*stream)->is_of(grant_id)) (*stream)->take(message.substr(0, number_end), message.substr(grant_end + 1));
}

void SseStreams::hear_taken(std::string_view number) const {
  const auto waiting = std::ranges::find(waiting_, number, &Waiting::number);
  if (waiting == waiting_.end()) return;
  (*waiting)->taken = true;
  (*waiting)->changed.wake_all();
}

}  // namespace postern::mcp
