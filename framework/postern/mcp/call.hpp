// Everything a tool may want to know or do while it runs.
//
//   Task<Result<Orders>> search_orders(SearchOrders in, mcp::Call& call) {
//     call.progress(1, 2, "asking the shop");
//     co_return co_await call.api().get<Orders>("/api/orders", {{"q", in.query}});
//   }
//
// Lives as long as the tool's coroutine. A call that is cancelled (the client went away, or said so) is dropped at the
// `co_await` where it waits, so there is nothing to ask and nothing to poll: what must be undone belongs in a
// destructor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "postern/base/ensure.hpp"
#include "postern/mcp/api_client.hpp"
#include "postern/mcp/principal.hpp"
#include "postern/ports/clock.hpp"

namespace postern::mcp {

// Where a tool's progress goes: the stream of the very request that called it, and no other (threat 28).
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void progress(double done, std::optional<double> total, std::string_view message) = 0;
};

class Call {
 public:
  // `upstream` may be null: then api() answers that no app is configured. What is referred to outlives the call.
  Call(std::optional<Principal> caller, Upstream* upstream, Clock& clock, ProgressSink& progress)
      : caller_(std::move(caller)), upstream_(upstream), clock_(clock), progress_(progress) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Null only in a tool that is public, when nobody is signed in.
  [[nodiscard]] const Principal* caller() const { return caller_ ? &*caller_ : nullptr; }
  // Whoever is signed in. A tool that is public asks caller() first.
  [[nodiscard]] const Principal& user() const {
    ensure(caller_.has_value());
    return *caller_;
  }

  // The user's own app, as user().
  [[nodiscard]] ApiClient api() const { return {upstream_, user()}; }

  // Tells the client how far this is, if it asked to be told. Only what is more than before is sent.
  void progress(double done, std::optional<double> total = std::nullopt, std::string_view message = {}) {
    progress_.progress(done, total, message);
  }

  [[nodiscard]] Clock& clock() const { return clock_; }

 private:
  std::optional<Principal> caller_;
  Upstream* upstream_;
  Clock& clock_;
  ProgressSink& progress_;
};

}  // namespace postern::mcp
