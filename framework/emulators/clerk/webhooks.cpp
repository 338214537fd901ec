#include "emulators/clerk/webhooks.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <utility>

#include "postern/base/encoding.hpp"

namespace postern::emulator {

namespace {

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> mac{};
  unsigned size = mac.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

std::string body_of(World& world, Event event) {
  return json::serialize(
      json::Object{{"data", std::move(event.data)},
                   {"object", "event"},
                   {"type", std::move(event.type)},
                   {"timestamp", world.now().time_since_epoch().count()},
                   {"instance_id", "ins_PosternOffline0000000000001"},
                   {"event_attributes", json::Object{{"http_request", {{"client_ip", ""}, {"user_agent", ""}}}}}});
}

// Signed at the hour of the machine: the instance's own clock may have been advanced.
FetchRequest signed_request(World& world, const std::string& id, std::string body) {
  const std::string timestamp =
      std::to_string(std::chrono::floor<std::chrono::seconds>(world.clock().now()).time_since_epoch().count());
  const auto key = base64_decode(std::string_view{world.settings().webhook_secret}.substr(6));
  const std::string signature = base64_encode(hmac_sha256(*key, id + "." + timestamp + "." + body));
  FetchRequest request{.method = http::Method::post, .url = world.settings().webhook_url, .body = std::move(body)};
  request.headers = {{"Content-Type", "application/json"},
                     {"svix-id", id},
                     {"svix-timestamp", timestamp},
                     {"svix-signature", "v1," + signature}};
  return request;
}

}  // namespace

Task<void> send_webhooks(World& world, Fetch& fetch) {
  while (!world.events.empty()) {
    Event event = std::move(world.events.front());
    world.events.pop_front();
    Delivery delivery{.id = world.new_id("msg_"), .type = event.type};
    const auto response = co_await fetch.fetch(signed_request(world, delivery.id, body_of(world, std::move(event))));
    if (response) delivery.status = response->status;
    world.record(std::move(delivery));
  }
}

}  // namespace postern::emulator
