// The shop as a Handler: what main.cpp serves, and what tests call without a socket.
//
//   AcmeApp app{settings, ports};
//   http::Response response = co_await app.handle(std::move(request));
//
// One loop. The ports outlive it.
#pragma once

#include "acme-app/api.hpp"
#include "acme-app/bearer.hpp"
#include "acme-app/clerk_api.hpp"
#include "acme-app/order_book.hpp"
#include "acme-app/pages.hpp"
#include "acme-app/settings.hpp"
#include "acme-app/web_session.hpp"
#include "postern/clerk/key_set.hpp"
#include "postern/clerk/session_token.hpp"
#include "postern/http/router.hpp"
#include "postern/ports/ports.hpp"

namespace acme {

class AcmeApp final : public postern::http::Handler {
 public:
  AcmeApp(Settings settings, postern::Ports& ports);
  AcmeApp(const AcmeApp&) = delete;
  AcmeApp& operator=(const AcmeApp&) = delete;

  postern::Task<postern::http::Response> handle(postern::http::Request request) override;

 private:
  Settings settings_;
  postern::clerk::KeySet keys_;
  postern::clerk::SessionTokenVerifier verifier_;
  ClerkApi clerk_;
  OrderBook orders_;
  WebSessions sessions_;
  Bearer bearer_;
  Api api_;
  Pages pages_;
  postern::http::Router router_;
};

}  // namespace acme
