#include "postern/oauth/access_token.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"

namespace postern::oauth {
namespace {

// The content, in front of which stands the version: the expiry in milliseconds as 8 bytes, then the ids, then the
// lists, each text as 2 bytes of length and its bytes; an empty text ends a list. Numbers are big-endian.
constexpr char version = 4;
constexpr std::size_t time_bytes = 8;
constexpr std::size_t length_bytes = 2;

void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
  while (bytes-- > 0) out += static_cast<char>(number >> (8 * bytes));
}

void append_text(std::string& out, std::string_view text) {
  ensure(text.size() <= 0xffff);  // ids and scopes are bounded far below, where they come in
  append_number(out, text.size(), length_bytes);
  out += text;
}

// The ids and the role, in the order in which they stand there.
auto ids_of(auto& principal) {
  return std::array{&principal.grant_id,        &principal.user_id, &principal.actor,    &principal.session_id,
                    &principal.organization_id, &principal.role,    &principal.client_id};
}

// Likewise.
auto lists_of(auto& principal) {
  return std::array{&principal.scopes, &principal.permissions, &principal.features, &principal.plans};
}

std::string to_content(const Principal& principal) {
  std::string content{version};
  append_number(content, static_cast<std::uint64_t>(principal.authorized_until.time_since_epoch().count()), time_bytes);
  for (const std::string* id : ids_of(principal)) append_text(content, *id);
  for (const auto* list : lists_of(principal)) {
    for (const std::string& text : *list) append_text(content, text);
    append_text(content, {});
  }
  return content;
}

// Takes the parts off the front; once one is cut short, `whole` is false and the rest is empty.
struct ContentReader {
  std::string_view rest;
  bool whole = true;

  std::string_view take(std::size_t bytes) {
    if (bytes > rest.size()) whole = false;
    const std::string_view part = rest.substr(0, bytes);
    rest.remove_prefix(part.size());
    return part;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t number = 0;
    for (const char byte : take(bytes)) number = number << 8 | static_cast<unsigned char>(byte);
    return number;
  }
  std::string text() { return std::string{take(static_cast<std::size_t>(number(length_bytes)))}; }
};

Caller from_content(std::string_view content) {
  if (!content.starts_with(version)) return nullptr;
  ContentReader reader{content.substr(1)};
  Principal principal;
  principal.authorized_until = TimePoint{Duration{static_cast<Duration::rep>(reader.number(time_bytes))}};
  for (std::string* id : ids_of(principal)) *id = reader.text();
  for (auto* list : lists_of(principal)) {
    for (std::string text = reader.text(); !text.empty(); text = reader.text()) list->push_back(std::move(text));
  }
  return reader.whole && reader.rest.empty() ? std::make_shared<const Principal>(std::move(principal)) : nullptr;
}

}  // namespace

AccessTokens::AccessTokens(const Ports& ports, const RotatedSecret& keys, std::string resource)
    : ports_(ports),
      current_(with_id(keys.current, resource)),
      previous_(keys.has_previous() ? std::optional{with_id(keys.previous, resource)} : std::nullopt) {}

AccessTokens::Key AccessTokens::with_id(const Secret& secret, std::string_view resource) const {
  const std::string id = base64url_encode(ports_.crypto.sha256(concat("key id ", secret.reveal())).substr(0, 3));
  const std::string prefix = concat("pat_", id, "_");
  return {.secret = secret, .prefix = prefix, .associated = concat(prefix, resource)};
}

Result<std::string> AccessTokens::seal(const Principal& principal) const {
  const std::string sealed =
      postern::seal(ports_.crypto, ports_.random, current_.secret, to_content(principal), current_.associated);
  std::string text = current_.prefix + base64url_encode(sealed);
  if (text.size() <= access_token_chars_max) return text;
  return fail(Error::Kind::limited,
              concat("An access token would have ", text.size(), " characters, and ", access_token_chars_max,
                     " are the most. Declare fewer or shorter scopes, permissions, features and plans."));
}

Caller AccessTokens::open(std::string_view text) {
  if (text.size() > access_token_chars_max) return nullptr;
  const Key* const key = text.starts_with(current_.prefix)                  ? &current_
                         : previous_ && text.starts_with(previous_->prefix) ? &*previous_
                                                                            : nullptr;
  if (key == nullptr) return nullptr;
  if (const Caller* known = recent_.find(text)) return *known;
  const auto sealed = base64url_decode(text.substr(key->prefix.size()));
  if (!sealed) return nullptr;
  const auto content = postern::open(ports_.crypto, key->secret, *sealed, key->associated);
  Caller caller = content ? from_content(*content) : nullptr;
  if (caller) recent_.remember(text, caller);
  return caller;
}

}  // namespace postern::oauth
