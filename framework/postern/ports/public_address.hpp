// Is an IP address one of the public Internet's? What a Fetch asks of the address it is about to dial when a stranger
// chose the name (threat 15).
//
//   is_public_address("\x08\x08\x08\x08"sv)      // true; 4 bytes or 16, in network order
//   is_public_address("\x7f\x00\x00\x01"sv)      // false
//
// False for every block of IANA's special-purpose registries (RFC 6890) and for multicast; for IPv6 also for all that
// is outside 2000::/3, and for every form that carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo): what it
// leads to is another address than the one seen.
#pragma once

#include <string_view>

namespace postern {

[[nodiscard]] bool is_public_address(std::string_view network_bytes);

}  // namespace postern
