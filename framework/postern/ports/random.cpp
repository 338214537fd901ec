#include "postern/ports/random.hpp"

#include "postern/base/encoding.hpp"

namespace postern {

std::string random_id(Random& random) { return base64url_encode(random.bytes(16)); }

std::string random_token(Random& random) { return base64url_encode(random.bytes(32)); }

}  // namespace postern
