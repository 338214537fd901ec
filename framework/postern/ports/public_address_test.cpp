#include "postern/ports/public_address.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <string>

namespace postern {
namespace {

// By the C library's parser, so that rows can be read as the registries print them.
bool is_public(const char* text) {
  const bool v6 = std::string_view{text}.contains(':');
  std::string bytes(v6 ? 16 : 4, '\0');
  REQUIRE(::inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes.data()) == 1);
  return is_public_address(bytes);
}

}  // namespace

// The first and last address of each block, IANA IPv4 and IPv6 Special-Purpose Address Registries.
TEST_CASE("no special-use address is public, from its block's first to its last") {
  for (const char* address : {"0.0.0.0",
                              "0.255.255.255",
                              "10.0.0.0",
                              "10.255.255.255",
                              "100.64.0.0",
                              "100.127.255.255",
                              "127.0.0.0",
                              "127.0.0.1",
                              "127.255.255.255",
                              "169.254.0.0",
                              "169.254.169.254",
                              "169.254.255.255",
                              "172.16.0.0",
                              "172.31.255.255",
                              "192.0.0.0",
                              "192.0.0.255",
                              "192.0.2.0",
                              "192.0.2.255",
                              "192.31.196.1",
                              "192.52.193.1",
                              "192.88.99.1",
                              "192.168.0.0",
                              "192.168.255.255",
                              "192.175.48.1",
                              "198.18.0.0",
                              "198.19.255.255",
                              "198.51.100.0",
                              "198.51.100.255",
                              "203.0.113.0",
                              "203.0.113.255",
                              "224.0.0.0",
                              "239.255.255.255",
                              "240.0.0.0",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::7f00:1",
                              "::ffff:127.0.0.1",
                              "::ffff:8.8.8.8",
                              "64:ff9b::7f00:1",
                              "64:ff9b::808:808",
                              "64:ff9b:1::1",
                              "100::1",
                              "100:0:0:1::1",
                              "2001::1",
                              "2001:0:7f00:1::",
                              "2001:2::1",
                              "2001:10::1",
                              "2001:20::1",
                              "2001:1ff:ffff::1",
                              "2001:db8::1",
                              "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                              "2002:7f00:1::1",
                              "2002:ffff::1",
                              "2620:4f:8000::1",
                              "3fff::1",
                              "3fff:fff:ffff::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fdff:ffff::1",
                              "fe80::1",
                              "febf::1",
                              "fec0::1",
                              "ff02::1",
                              "ffff::1",
                              "1fff::1",
                              "4000::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_public(address));
  }
}

TEST_CASE("the neighbours of those blocks are public") {
  for (const char* address : {"1.0.0.0",          "1.1.1.1",         "8.8.8.8",        "9.255.255.255",
                              "11.0.0.0",         "100.63.255.255",  "100.128.0.0",    "126.255.255.255",
                              "128.0.0.0",        "169.253.255.255", "169.255.0.0",    "172.15.255.255",
                              "172.32.0.0",       "191.255.255.255", "192.0.1.0",      "192.0.3.0",
                              "192.167.255.255",  "192.169.0.0",     "198.17.255.255", "198.20.0.0",
                              "198.51.99.255",    "198.51.101.0",    "203.0.112.255",  "203.0.114.0",
                              "223.255.255.255",  "2000::1",         "2001:200::1",    "2001:4860:4860::8888",
                              "2001:db7:ffff::1", "2001:db9::1",     "2003::1",        "2606:4700::1111",
                              "2620:4f:7fff::1",  "2620:4f:8001::1", "3ffe:ffff::1",   "3fff:1000::1"}) {
    CAPTURE(address);
    CHECK(is_public(address));
  }
}

TEST_CASE("what is no address at all is not public") {
  for (std::size_t size : {0UZ, 1UZ, 3UZ, 5UZ, 15UZ, 17UZ}) CHECK_FALSE(is_public_address(std::string(size, '\x08')));
}

}  // namespace postern
