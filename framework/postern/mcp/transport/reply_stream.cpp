#include "postern/mcp/transport/reply_stream.hpp"

#include <algorithm>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/http/sse.hpp"

namespace postern::mcp {

namespace {

Duration until_keep_alive(const PendingRequest& request, const Clock& clock) {
  return std::min<Duration>(limits::stream_keep_alive, request.ends_at() - clock.now());
}

class ReplyStream final : public http::BodyStream {
 public:
  ReplyStream(std::unique_ptr<PendingRequest> request, InFlight::Registration registration, Clock& clock)
      : request_(std::move(request)), registration_(std::move(registration)), clock_(clock) {}

  Task<std::optional<std::string>> next() override {
    if (done_) co_return std::nullopt;
    if (!spoke_) co_await registration_.listen();
    if (spoke_ && !request_->has_news())
      co_await race(request_->news(), clock_.sleep_for(until_keep_alive(*request_, clock_)));
    spoke_ = true;
    if (!request_->over() && clock_.now() >= request_->ends_at()) request_->time_out();
    if (!request_->has_news()) co_return std::string{http::sse_keep_alive};

    std::string events;
    while (auto message = request_->take_message()) events += http::serialize({.data = *std::move(message)});
    if (request_->over()) {
      done_ = true;
      if (request_->reply()) events += http::serialize({.data = *request_->reply()});
    }
    if (events.empty()) co_return std::nullopt;
    co_return events;
  }

 private:
  std::unique_ptr<PendingRequest> request_;
  InFlight::Registration registration_;
  Clock& clock_;
  bool spoke_ = false;
  bool done_ = false;
};

}  // namespace

http::Response event_stream(std::unique_ptr<http::BodyStream> stream) {
  http::Response response{.headers = {{"Content-Type", "text/event-stream"},
                                      {"Cache-Control", "no-cache, no-transform"},
                                      {"X-Accel-Buffering", "no"}}};
  response.stream = std::move(stream);
  return response;
}

http::Response reply_stream(std::unique_ptr<PendingRequest> request, InFlight::Registration registration,
                            Clock& clock) {
  return event_stream(std::make_unique<ReplyStream>(std::move(request), std::move(registration), clock));
}

}  // namespace postern::mcp
