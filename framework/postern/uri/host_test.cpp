#include "postern/uri/host.hpp"

#include <doctest/doctest.h>

namespace postern::uri {
namespace {

struct Row {
  std::string_view given, canonical;
};

}  // namespace

TEST_CASE("names are lower-cased and otherwise untouched") {
  for (auto [given, canonical] : {Row{"example.com", "example.com"},
                                  {"EXAMPLE.Com", "example.com"},
                                  {"localhost", "localhost"},
                                  {"localhost.", "localhost."},
                                  {"xn--mnchen-3ya.de", "xn--mnchen-3ya.de"},
                                  {"a_b-c.example", "a_b-c.example"},
                                  {"1.2.3.4.example", "1.2.3.4.example"},
                                  {"0x1.example", "0x1.example"},
                                  {"127.0.0.1", "127.0.0.1"},
                                  {"255.255.255.255", "255.255.255.255"},
                                  {"127.0.0.1.evil.example", "127.0.0.1.evil.example"}}) {
    CHECK(canonical_host(given) == std::string{canonical});
  }
}

TEST_CASE(
    "what WHATWG would turn into an IPv4 address is refused (URL sec. 3.5, web-platform-tests toascii and IPv4)") {
  for (std::string_view bad :
       {"127.1",      "2130706433", "0x7f000001", "0x7f.1",     "0X7F.0.0.1", "0177.0.0.1", "127.0.0.01",
        "127.0.0.1.", "256.0.0.1",  "1.2.3.4.5",  "1.2.3",      "0",          "0x",         "foo.0x",
        "foo.09",     "foo.0x4.",   "1e2.3",      "127.0.0.+1", "-1.0.0.1",   "127..0.1"}) {
    CAPTURE(bad);
    CHECK_FALSE(canonical_host(bad));
  }
}

TEST_CASE("foreign characters, empty labels and over-long names are refused") {
  for (std::string_view bad : {"",
                               ".",
                               "..",
                               ".a",
                               "a..b",
                               "a.b..",
                               "a b",
                               "a%20b",
                               "%61",
                               "a/b",
                               "a\\b",
                               "a@b",
                               "a:b",
                               "a#b",
                               "a?b",
                               "a<b",
                               "a[b",
                               "]",
                               "m\xc3\xbcnchen.de",
                               "\xe3\x80\x82",
                               "a\tb",
                               "a\x7f",
                               "a*",
                               "a!b"}) {
    CAPTURE(bad);
    CHECK_FALSE(canonical_host(bad));
  }
  CHECK_FALSE(canonical_host(std::string_view{"a\0b", 3}));
  CHECK(canonical_host(std::string(63, 'a')));
  CHECK_FALSE(canonical_host(std::string(64, 'a')));
  std::string name;
  for (int i = 0; i < 126; ++i) name += "a.";
  CHECK(canonical_host(name + "a"));
  CHECK_FALSE(canonical_host(name + "aa"));
}

TEST_CASE("IPv6 addresses are written as RFC 5952 recommends") {
  for (auto [given, canonical] : {Row{"[::1]", "[::1]"},
                                  {"[::]", "[::]"},
                                  {"[0:0:0:0:0:0:0:1]", "[::1]"},
                                  {"[0000:0000:0000:0000:0000:0000:0000:0001]", "[::1]"},
                                  // RFC 5952 sections 1, 2.2, 4.2.2, 4.2.3 and 4.3
                                  {"[2001:db8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"},
                                  {"[2001:0db8:0:0:1:0:0:1]", "[2001:db8::1:0:0:1]"},
                                  {"[2001:db8::1:0:0:1]", "[2001:db8::1:0:0:1]"},
                                  {"[2001:db8:0:0:1::1]", "[2001:db8::1:0:0:1]"},
                                  {"[2001:DB8:0:0:1::1]", "[2001:db8::1:0:0:1]"},
                                  {"[2001:db8::0:1]", "[2001:db8::1]"},
                                  {"[2001:db8:0:1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"},
                                  {"[2001:db8::1:1:1:1:1]", "[2001:db8:0:1:1:1:1:1]"},
                                  {"[2001:0:0:1:0:0:0:1]", "[2001:0:0:1::1]"},
                                  {"[2001:db8::]", "[2001:db8::]"},
                                  {"[1::8]", "[1::8]"},
                                  {"[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7:0]"},
                                  {"[::2:3:4:5:6:7:8]", "[0:2:3:4:5:6:7:8]"},
                                  // web-platform-tests url/resources/urltestdata.json
                                  {"[::127.0.0.1]", "[::7f00:1]"},
                                  {"[0:0:0:0:0:0:13.1.68.3]", "[::d01:4403]"},
                                  {"[::ffff:192.0.2.1]", "[::ffff:c000:201]"}}) {
    CAPTURE(given);
    CHECK(canonical_host(given) == std::string{canonical});
  }
}

TEST_CASE("malformed IPv6 addresses are refused") {
  for (std::string_view bad : {"[",
                               "[]",
                               "[:]",
                               "[:::]",
                               "[::1",
                               "::1",
                               "::1]",
                               "[::1]]",
                               "[[::1]]",
                               "[1]",
                               "[1:2:3:4:5:6:7]",
                               "[1:2:3:4:5:6:7:8:9]",
                               "[1:2:3:4:5:6:7:8::]",
                               "[1:2:3:4::5:6:7:8]",
                               "[1::2::3]",
                               "[:1:2:3:4:5:6:7]",
                               "[1:2:3:4:5:6:7:]",
                               "[::12345]",
                               "[::g]",
                               "[::1%25eth0]",
                               "[fe80::1%eth0]",
                               "[v1.x]",
                               "[::1.2.3]",
                               "[::1.2.3.256]",
                               "[::1.2.3.04]",
                               "[::1.2.3.4:5]",
                               "[1.2.3.4::]",
                               "[1:2:3:4:5:6:7:1.2.3.4]",
                               "[::-1]",
                               "[::+1]",
                               "[:: 1]",
                               "[::0x1]",
                               "[1:::2]",
                               "[::.1.2.3]"}) {
    CAPTURE(bad);
    CHECK_FALSE(canonical_host(bad));
  }
}

TEST_CASE("the /64 of an IPv6 address") {
  CHECK(ipv6_network("2001:db8:1:2:3:4:5:6") == "[2001:db8:1:2::]");
  CHECK(ipv6_network("2001:DB8:1:2::9") == "[2001:db8:1:2::]");
  CHECK(ipv6_network("2001::1:2:3:4:5") == "[2001:0:0:1::]");
  for (const std::string_view none : {"203.0.113.7", "::ffff:203.0.113.7", "[2001:db8::1]", "fe80::1%eth0", "x", ""})
    CHECK_FALSE(ipv6_network(none));
}

}  // namespace postern::uri
