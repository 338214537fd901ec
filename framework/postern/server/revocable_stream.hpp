// A stream that ends, and ends what feeds it, when the connection that opened it is revoked: by its user, by the
// client, or by what Clerk's webhooks tell. On Workers an instance may hear of it half a minute later.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "postern/base/principal.hpp"
#include "postern/base/race.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/authorization_server.hpp"

namespace postern::server {

class RevocableStream final : public http::BodyStream {
 public:
  // `oauth` outlives it.
  RevocableStream(std::unique_ptr<http::BodyStream> inner, Caller caller, oauth::AuthorizationServer& oauth)
      : inner_(std::move(inner)), caller_(std::move(caller)), oauth_(oauth) {}

  Task<std::optional<std::string>> next() override {
    if (!inner_) co_return std::nullopt;
    // The revocation first: a stream that always has something to say must not talk over it.
    auto first = co_await race(oauth_.until_revoked(caller_->grant_id), inner_->next());
    if (first.index() == 1) co_return std::get<1>(std::move(first));
    inner_.reset();
    co_return std::nullopt;
  }

 private:
  std::unique_ptr<http::BodyStream> inner_;
  Caller caller_;
  oauth::AuthorizationServer& oauth_;
};

}  // namespace postern::server
