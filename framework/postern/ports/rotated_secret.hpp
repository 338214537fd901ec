// A secret that may have replaced another one: what is made is made with `current`; what `previous` has made is still
// taken. An empty `previous`: there was none, or it is no longer taken.
//
//   RotatedSecret keys = derive_key(crypto, server_secret, "cookies");       // of each the key for this purpose
//   std::string box = seal(crypto, random, keys.current, payload, aad);
//   std::optional<std::string> payload = open(crypto, keys, box, aad);       // by the first in one step, as ever
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "postern/base/secret.hpp"
#include "postern/ports/crypto.hpp"

namespace postern {

struct RotatedSecret {
  RotatedSecret() = default;
  RotatedSecret(Secret now, Secret before = {})  // implicit: most have replaced none
      : current(std::move(now)), previous(std::move(before)) {}

  [[nodiscard]] bool has_previous() const { return !previous.empty(); }

  Secret current;
  Secret previous;
};

[[nodiscard]] inline RotatedSecret derive_key(Crypto& crypto, const RotatedSecret& master, std::string_view purpose) {
  return {derive_key(crypto, master.current, purpose),
          master.has_previous() ? derive_key(crypto, master.previous, purpose) : Secret{}};
}

[[nodiscard]] inline std::optional<std::string> open(Crypto& crypto, const RotatedSecret& keys, std::string_view sealed,
                                                     std::string_view associated) {
  auto payload = open(crypto, keys.current, sealed, associated);
  if (!payload && keys.has_previous()) payload = open(crypto, keys.previous, sealed, associated);
  return payload;
}

}  // namespace postern
