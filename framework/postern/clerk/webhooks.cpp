#include "postern/clerk/webhooks.hpp"

#include <chrono>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/clerk/webhook_event.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t body_bytes_max = 256 * 1024;
// A signature may be five minutes ahead of our clock, and is good for five minutes after that.
constexpr auto remembered_for = 11min;

http::Response unavailable() {
  http::Response response = http::Response::empty(503);
  response.headers.set("Retry-After", "5");
  return response;
}

// Of the tokens that Clerk issues. They are in no session, and a membership is not what they rest on: empty.
std::string subject_of(const oauth::EndedAccess& ended) {
  if (!ended.session_id.empty() || (!ended.user_id.empty() && !ended.organization_id.empty())) return {};
  return ended.user_id.empty() ? ended.organization_id : ended.user_id;
}

}  // namespace

Task<http::Response> Webhooks::receive(const http::Request& request) {
  if (request.body.size() > body_bytes_max) co_return http::Response::empty(413);
  auto delivery = verify_webhook(ports_.crypto, secret_, request, ports_.clock.now());
  if (!delivery) {
    ports_.log.write(LogLevel::warning, "webhook.refused", {{"request", request.id}});
    co_return http::Response::empty(401);
  }
  const auto handled = co_await handle(request, *std::move(delivery));
  if (handled) co_return http::Response::empty(204);
  ports_.log.write(LogLevel::error, "webhook.failed", {{"request", request.id}, {"reason", handled.error().message}});
  co_return handled.error().kind == Error::Kind::invalid ? http::Response::empty(400) : unavailable();
}

// It is remembered once it is done, for one that failed must be done when it comes again; doing it twice is harmless.
Task<Result<void>> Webhooks::handle(const http::Request& request, WebhookDelivery delivery) {
  const std::string key = "webhook/" + base64url_encode(ports_.crypto.sha256(delivery.id));
  CO_TRY(const auto done, co_await ports_.store.get(key));
  if (done) co_return Result<void>{};
  CO_TRY(auto event, parse_webhook_event(request.body, delivery.sent_at));
  if (!event.ended && !event.changed) co_return Result<void>{};
  if (event.changed) {
    CO_TRY(co_await oauth_.outdate_tokens(event.changed->user_id, event.changed->organization_id));
  }
  if (event.ended) {
    CO_TRY(co_await oauth_.revoke_grants(*event.ended, event.type));
    if (auto subject = subject_of(*event.ended); !subject.empty()) co_await clerk_tokens_.doubt(std::move(subject));
  }
  ports_.log.write(LogLevel::info, "webhook.done", {{"request", request.id}, {"type", event.type}});
  co_return co_await ports_.store.put(key, "done", ports_.clock.now() + remembered_for);
}

}  // namespace postern::clerk
