// Whatever comes as a token is refused, or has one spelling only: its parts are what encoding their bytes gives. A
// header that is taken says nothing that could reach a log or a look-up unlimited.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "postern/base/encoding.hpp"
#include "postern/base/ensure.hpp"
#include "postern/base/limits.hpp"
#include "postern/jose/jwk.hpp"
#include "postern/jose/jws.hpp"
#include "postern/jose/kid.hpp"

namespace {

using namespace postern;

void check_token(std::string_view token) {
  const auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) return;
  ensure(token.size() <= limits::jwt_bytes_max);
  for (const std::string_view part : {token.substr(0, token.find('.')), token.substr(token.rfind('.') + 1)}) {
    const auto bytes = base64url_decode(part);
    ensure(bytes && base64url_encode(*bytes) == part);
  }
  ensure(jws->header().kid.empty() || jose::is_valid_kid(jws->header().kid));
}

// The input as the header of a token: random text is hardly ever base64url.
void check_header(std::string_view text) {
  if (text.size() > limits::jwt_bytes_max) return;
  check_token(base64url_encode(text) + ".e30.AA");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_token(text);
  check_header(text);
  static_cast<void>(jose::Jwks::parse(text));
  return 0;
}
