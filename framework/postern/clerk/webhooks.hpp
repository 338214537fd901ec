// POST /webhooks/clerk: Clerk says that a session, a user, a membership or an organization is no more, and the
// connections that rest on it end at once, and Clerk is asked anew about the tokens that it issued; or that a
// membership is another one, and what it allows counts at once (docs/webhooks.md).
//
//   Webhooks webhooks{secret, ports, oauth, clerk_tokens};
//   http::Response response = co_await webhooks.receive(request);
//
// Deliveries repeat and come out of order. One that was done is remembered by its id for as long as its signature is
// good; and an event ends only what began before it, so one that is late spares the connections made since. What cannot
// be done now is answered with 503, and Clerk sends it again. What it is given must outlive it.
#pragma once

#include <string>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/clerk/clerk_tokens.hpp"
#include "postern/clerk/webhook_signature.hpp"
#include "postern/http/message.hpp"
#include "postern/oauth/authorization_server.hpp"
#include "postern/ports/ports.hpp"

namespace postern::clerk {

class Webhooks {
 public:
  Webhooks(WebhookSecret secret, Ports& ports, oauth::AuthorizationServer& oauth, ClerkTokens& clerk_tokens)
      : secret_(std::move(secret)), ports_(ports), oauth_(oauth), clerk_tokens_(clerk_tokens) {}

  // The request lives until the task ends.
  Task<http::Response> receive(const http::Request& request);

 private:
  Task<Result<void>> handle(const http::Request& request, WebhookDelivery delivery);

  WebhookSecret secret_;
  Ports& ports_;
  oauth::AuthorizationServer& oauth_;
  ClerkTokens& clerk_tokens_;
};

}  // namespace postern::clerk
