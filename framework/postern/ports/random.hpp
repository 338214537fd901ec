// Unpredictable bytes from the host's CSPRNG.
#pragma once

#include <cstddef>
#include <string>

namespace postern {

class Random {
 public:
  virtual ~Random() = default;
  [[nodiscard]] virtual std::string bytes(std::size_t count) = 0;
};

// 128 bits as 22 characters of base64url: ids that must not be guessed but are no secret.
[[nodiscard]] std::string random_id(Random& random);
// 256 bits as 43 characters of base64url: codes, tokens, client secrets, cookies.
[[nodiscard]] std::string random_token(Random& random);

}  // namespace postern
