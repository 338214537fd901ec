#include "postern/clerk/webhook_signature.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/uri/characters.hpp"

namespace postern::clerk {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t secret_bytes_min = 16;
constexpr auto tolerance = 5min;

std::optional<TimePoint> parse_timestamp(std::string_view text) {
  std::int64_t seconds = 0;
  if (!std::ranges::all_of(text, uri::is_digit)) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  // Times are kept in milliseconds: what would not fit is no time.
  if (error != std::errc{} || end != text.data() + text.size() || seconds > INT64_MAX / 1000) return std::nullopt;
  return TimePoint{std::chrono::seconds{seconds}};
}

// "v1,<base64> v1,<base64> v2,<another scheme>"
bool has_signature(std::string_view list, std::string_view expected) {
  bool found = false;
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(' '));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    if (!one.starts_with("v1,")) continue;
    found |= constant_time_equal(one.substr(3), expected);
  }
  return found;
}

}  // namespace

Result<WebhookSecret> WebhookSecret::parse(std::string_view text) {
  constexpr std::string_view prefix = "whsec_";
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  auto key = base64_decode(text);
  if (!key || key->size() < secret_bytes_min)
    return fail(Error::Kind::invalid, "The signing secret is cut off or mistyped: copy it again, from whsec_ on.");
  return WebhookSecret{Secret{*std::move(key)}};
}

std::optional<WebhookDelivery> verify_webhook(Crypto& crypto, const WebhookSecret& secret, const http::Request& request,
                                              TimePoint now) {
  const std::string* id = request.headers.find_only("svix-id");
  const std::string* timestamp = request.headers.find_only("svix-timestamp");
  const std::string* signatures = request.headers.find_only("svix-signature");
  if (!id || id->empty() || !timestamp || !signatures) return std::nullopt;
  const auto sent_at = parse_timestamp(*timestamp);
  if (!sent_at || *sent_at < now - tolerance || *sent_at > now + tolerance) return std::nullopt;
  const std::string signed_text = concat(*id, ".", *timestamp, ".", request.body);
  const std::string expected = base64_encode(crypto.hmac_sha256(secret.key().reveal(), signed_text));
  if (!has_signature(*signatures, expected)) return std::nullopt;
  return WebhookDelivery{.id = *id, .sent_at = *sent_at};
}

}  // namespace postern::clerk
