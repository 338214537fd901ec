// Whether Clerk sent a webhook: Svix's signature over the raw body (clerk.md 3.11; threat 50).
//
//   TRY(auto secret, WebhookSecret::parse("whsec_..."));
//   auto delivery = verify_webhook(crypto, secret, request, now);
//   if (!delivery) ...                        // not Clerk, or not now
//
// The signed text is "<svix-id>.<svix-timestamp>.<body>". While a secret is being changed there are several signatures,
// and one of them is enough.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/time.hpp"
#include "postern/http/message.hpp"
#include "postern/ports/crypto.hpp"

namespace postern::clerk {

// What the dashboard shows as the endpoint's signing secret.
class WebhookSecret {
 public:
  [[nodiscard]] static Result<WebhookSecret> parse(std::string_view text);

  [[nodiscard]] const Secret& key() const { return key_; }

 private:
  explicit WebhookSecret(Secret key) : key_(std::move(key)) {}

  Secret key_;
};

struct WebhookDelivery {
  std::string id;  // the same each time that one event is delivered
  TimePoint sent_at;
};

// Nullopt unless it is signed with this secret, and was sent within five minutes of `now`, before or after.
[[nodiscard]] std::optional<WebhookDelivery> verify_webhook(Crypto& crypto, const WebhookSecret& secret,
                                                            const http::Request& request, TimePoint now);

}  // namespace postern::clerk
