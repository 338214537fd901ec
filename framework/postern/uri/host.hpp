// The host of a URL in its one spelling, so that hosts compare as bytes.
//
//   canonical_host("Example.COM")        // "example.com"
//   canonical_host("[0:0:0:0:0:0:0:1]")  // "[::1]": RFC 5952, in brackets
//   canonical_host("0x7f.1")             // nullopt
//
// Stricter than RFC 3986 and WHATWG on purpose: whatever one of the two would rewrite is refused. So names are letters,
// digits, '-' and '_' between dots (international ones come as punycode), and what WHATWG takes for an IPv4 address is
// four plain decimal numbers or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace postern::uri {

[[nodiscard]] std::optional<std::string> canonical_host(std::string_view host);

// The /64 that an IPv6 address is in, spelled as above: what a single customer has of them at least (RFC 6177 sec. 1).
// Nullopt for anything else, as for an IPv4 address that is written as one of IPv6.
[[nodiscard]] std::optional<std::string> ipv6_network(std::string_view address);

}  // namespace postern::uri
