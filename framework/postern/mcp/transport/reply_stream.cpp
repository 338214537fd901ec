#include "postern/mcp/transport/reply_stream.hpp"

#include <algorithm>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/http/sse.hpp"

namespace postern::mcp {

namespace {

Duration until_keep_alive(const ToolCall& call, const Clock& clock) {
  return std::min<Duration>(limits::stream_keep_alive, call.ends_at() - clock.now());
}

class ReplyStream final : public http::BodyStream {
 public:
  ReplyStream(std::unique_ptr<ToolCall> call, Cancellations::Registration registration, Clock& clock)
      : call_(std::move(call)), registration_(std::move(registration)), clock_(clock) {}

  Task<std::optional<std::string>> next() override {
    if (done_) co_return std::nullopt;
    if (spoke_ && !call_->has_news()) co_await race(call_->news(), clock_.sleep_for(until_keep_alive(*call_, clock_)));
    spoke_ = true;
    if (!call_->over() && clock_.now() >= call_->ends_at()) call_->time_out();
    if (!call_->has_news()) co_return std::string{http::sse_keep_alive};

    std::string events;
    while (auto message = call_->take_message()) events += http::serialize({.data = *std::move(message)});
    if (call_->over()) {
      done_ = true;
      if (call_->reply()) events += http::serialize({.data = *call_->reply()});
    }
    if (events.empty()) co_return std::nullopt;
    co_return events;
  }

 private:
  std::unique_ptr<ToolCall> call_;
  Cancellations::Registration registration_;
  Clock& clock_;
  bool spoke_ = false;
  bool done_ = false;
};

}  // namespace

http::Response reply_stream(std::unique_ptr<ToolCall> call, Cancellations::Registration registration, Clock& clock) {
  http::Response response{.headers = {{"Content-Type", "text/event-stream"},
                                      {"Cache-Control", "no-cache, no-transform"},
                                      {"X-Accel-Buffering", "no"}}};
  response.stream = std::make_unique<ReplyStream>(std::move(call), std::move(registration), clock);
  return response;
}

}  // namespace postern::mcp
