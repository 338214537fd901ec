#include "postern/clerk/keys.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/uri/url.hpp"

namespace postern::clerk {
namespace {

std::unexpected<Error> refuse(std::string message) { return fail(Error::Kind::invalid, std::move(message)); }

bool is_visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char character) { return character > ' ' && character < '\x7f'; });
}

// Takes "<prefix>_test_" or "<prefix>_live_" off the front of `text`.
Result<InstanceType> take_prefix(std::string_view& text, std::string_view prefix) {
  for (auto [name, type] : {std::pair{"test", InstanceType::development}, {"live", InstanceType::production}}) {
    const std::string whole = concat(prefix, "_", name, "_");
    if (!text.starts_with(whole)) continue;
    text.remove_prefix(whole.size());
    return type;
  }
  return refuse(concat("A key that starts with ", prefix, "_test_ or ", prefix, "_live_ is needed."));
}

// Clerk's own keys come with and without padding.
std::optional<std::string> decode(std::string_view payload) {
  std::string padded{payload};
  while (padded.size() % 4 != 0 && !payload.ends_with('=')) padded += '=';
  return base64_decode(padded);
}

}  // namespace

Result<PublishableKey> PublishableKey::parse(std::string_view text) {
  TRY(const InstanceType type, take_prefix(text, "pk"));
  auto host = decode(text);
  if (!host || !host->ends_with('$')) return refuse("The publishable key is cut off or mistyped: copy it again.");
  host->pop_back();
  // A host and perhaps a port, and nothing that could turn it into another address.
  const bool is_host = host->contains('.') && std::ranges::all_of(*host, [](char character) {
                         return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
                                character == '-' || character == '.' || character == ':';
                       });
  if (!is_host) return refuse("The publishable key names no host.");
  TRY(const auto url, uri::Url::parse("http://" + *host));
  const bool is_emulator = url.is_loopback() && host->contains(':');
  return PublishableKey{type, (is_emulator ? "http://" : "https://") + *host};
}

Result<SecretKey> SecretKey::parse(std::string_view text) {
  std::string_view rest = text;
  TRY(const InstanceType type, take_prefix(rest, "sk"));
  if (rest.empty() || !is_visible_ascii(rest)) return refuse("The secret key is cut off or mistyped: copy it again.");
  return SecretKey{type, Secret{text}};
}

}  // namespace postern::clerk
