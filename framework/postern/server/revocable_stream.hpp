// A stream that ends, and ends what feeds it, when what its caller came with is good no more: a connection that was
// revoked by its user, by the client, or by what Clerk's webhooks tell; a token that Clerk does not stand by any
// longer.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "postern/base/race.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/message.hpp"

namespace postern::server {

class RevocableStream final : public http::BodyStream {
 public:
  // `until_revoked` starts with the first read, and is not started again: it may ask somebody who takes his time.
  RevocableStream(std::unique_ptr<http::BodyStream> inner, Task<void> until_revoked)
      : inner_(std::move(inner)), until_revoked_(std::move(until_revoked)) {}

  Task<std::optional<std::string>> next() override {
    if (until_revoked_.valid()) {
      watch_ = Job::start(
          std::move(until_revoked_), [this](const std::exception_ptr&) { revoke(); }, co_await this_strand());
    }
    if (!inner_) co_return std::nullopt;
    // The revocation first: a stream that always has something to say must not talk over it.
    auto first = co_await race(revoked(), inner_->next());
    if (first.index() == 1) co_return std::get<1>(std::move(first));
    inner_.reset();
    co_return std::nullopt;
  }

 private:
  void revoke() {
    is_revoked_ = true;
    changed_.wake_all();
  }
  Task<void> revoked() {
    while (!is_revoked_) co_await changed_.wait();
  }

  std::unique_ptr<http::BodyStream> inner_;
  Task<void> until_revoked_;
  bool is_revoked_ = false;
  WaitList changed_;
  Job watch_;  // last: it calls revoke()
};

}  // namespace postern::server
