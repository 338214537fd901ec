#include "postern/uri/url.hpp"

#include <doctest/doctest.h>

namespace postern::uri {

TEST_CASE("a URL parts as RFC 3986 section 3 shows") {
  const auto url = Url::parse("foo://example.com:8042/over/there?name=ferret#nose");
  REQUIRE(url);
  CHECK(url->scheme() == "foo");
  CHECK(url->host() == "example.com");
  CHECK(url->port() == 8042);
  CHECK(url->path() == "/over/there");
  CHECK(url->query() == "name=ferret");
  CHECK(url->fragment() == "nose");
  CHECK_FALSE(url->userinfo());
  CHECK(url->origin() == "null");
}

TEST_CASE("the targets of RFC 3986 section 5.4 parse; those with dots left in them do not") {
  for (std::string_view good :
       {"g:h", "http://a/b/c/g", "http://a/b/c/g/", "http://a/g", "http://g", "http://a/b/c/d;p?y", "http://a/b/c/g?y",
        "http://a/b/c/d;p?q#s", "http://a/b/c/g?y#s", "http://a/b/c/;x", "http://a/b/c/g;x=1/y", "http://a/b/c/g.",
        "http://a/b/c/.g", "http://a/b/c/g..", "http://a/b/c/..g", "http://a/b/c/g?y/./x", "http://a/b/c/g#s/../x"}) {
    CAPTURE(good);
    CHECK(Url::parse(good));
  }
  for (std::string_view bad :
       {"http://a/b/c/./g", "http://a/b/c/../g", "http://a/b/c/..", "http://a/.", "http://a/b/c/%2e",
        "http://a/%2E%2e/g", "http://a/.%2e/g", "foo:../g", "foo:/..", "./g", "/g", "//g", "?y", "g", "#s", ""}) {
    CAPTURE(bad);
    CHECK_FALSE(Url::parse(bad));
  }
}

TEST_CASE("every example of RFC 3986 section 1.1.2 parses") {
  CHECK(Url::parse("ftp://ftp.is.co.za/rfc/rfc1808.txt")->host() == "ftp.is.co.za");
  CHECK(Url::parse("ldap://[2001:db8::7]/c=GB?objectClass?one")->query() == "objectClass?one");
  CHECK(Url::parse("mailto:John.Doe@example.com")->path() == "John.Doe@example.com");
  CHECK(Url::parse("news:comp.infosystems.www.servers.unix"));
  CHECK(Url::parse("tel:+1-816-555-1212"));
  CHECK(Url::parse("telnet://192.0.2.16:80/")->port() == 80);
  CHECK(Url::parse("urn:oasis:names:specification:docbook:dtd:xml:4.1.2")->scheme() == "urn");
}

TEST_CASE("an origin is scheme, host and a port that is not the default (RFC 6454 sec. 6.2)") {
  struct Row {
    std::string_view text, origin;
  };
  for (auto [text, origin] : {Row{"https://example.com", "https://example.com"},
                              {"HTTPS://EXAMPLE.com:443/x", "https://example.com"},
                              {"https://example.com:/", "https://example.com"},
                              {"https://example.com:00443/", "https://example.com"},
                              {"https://example.com:80/", "https://example.com:80"},
                              {"http://example.com:80/", "http://example.com"},
                              {"http://localhost:8788/mcp", "http://localhost:8788"},
                              {"http://[::1]:0/", "http://[::1]:0"},
                              {"http://[0:0::1]:65535?x", "http://[::1]:65535"},
                              {"https://user:pass@example.com/", "https://example.com"},
                              {"com.example.app:/cb", "null"}}) {
    CAPTURE(text);
    const auto url = Url::parse(text);
    REQUIRE(url);
    CHECK(url->origin() == origin);
    CHECK(url->text() == text);
  }
}

TEST_CASE("an empty component differs from an absent one, and http(s) always has a path") {
  const auto url = Url::parse("http://a?#");
  REQUIRE(url);
  CHECK(url->path() == "/");
  CHECK(url->query() == "");
  CHECK(url->fragment() == "");
  CHECK_FALSE(url->userinfo());
  CHECK(Url::parse("http://@a/")->userinfo() == "");
  CHECK(Url::parse("http://u:p@a/")->userinfo() == "u:p");
  CHECK_FALSE(Url::parse("http://a/")->query());
}

TEST_CASE("private-use URLs parse with and without an authority") {
  CHECK(Url::parse("com.example.app:/cb")->path() == "/cb");
  CHECK(Url::parse("com.example.app:cb")->path() == "cb");
  CHECK(Url::parse("com.example.app:///cb")->host().empty());
  CHECK(Url::parse("cursor://anysphere.cursor-mcp/oauth/callback")->host() == "anysphere.cursor-mcp");
  CHECK_FALSE(Url::parse("cursor://x/")->port());
}

TEST_CASE("only three hosts are loopback") {
  for (std::string_view yes : {"http://127.0.0.1/", "http://[::1]:1/", "http://localhost/", "http://LocalHost:9/",
                               "http://[0:0:0:0:0:0:0:1]/"}) {
    CHECK(Url::parse(yes)->is_loopback());
  }
  for (std::string_view no :
       {"http://127.0.0.2/", "http://0.0.0.0/", "http://[::]/", "http://localhost./", "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/", "http://[::ffff:127.0.0.1]/", "http://localhost@evil.example/",
        "http://localhost:x@evil.example/", "foo:/localhost"}) {
    CAPTURE(no);
    const auto url = Url::parse(no);
    REQUIRE(url);
    CHECK_FALSE(url->is_loopback());
  }
}

TEST_CASE("what a browser would repair is refused") {
  for (std::string_view bad : {"http:/a",
                               "http:a",
                               "http:",
                               "http://",
                               "http:///a",
                               "https://?x",
                               "https://#x",
                               "https://:80",
                               "https://u@",
                               "https://@",
                               "https://u@:80/",
                               " https://a",
                               "https://a ",
                               "https://a/ b",
                               "ht\ntps://a",
                               "https://a\t/",
                               "https://a/\r\n",
                               "https:\\\\a",
                               "https://a\\b",
                               "https://a/b\\c",
                               "https://a/\x01",
                               "https://a/\x7f",
                               "https://a/\xc3\xa4",
                               "https://\xc3\xa4/",
                               "https://a/%",
                               "https://a/%2",
                               "https://a/%zz",
                               "https://a/?%",
                               "https://a/#%g0",
                               "https://a/\"",
                               "https://a/<x>",
                               "https://a/[",
                               "https://a/|",
                               "https://a/`",
                               "https://a/{x}",
                               "https://a/?{",
                               "https://a/#a#b",
                               "https://a%2eb/",
                               "https://a:65536/",
                               "https://a:-1/",
                               "https://a:+1/",
                               "https://a:1x/",
                               "https://a:1:2/",
                               "https://[::1]x/",
                               "https://[::1/",
                               "https://::1/",
                               "https://a@b@c/",
                               "https://a[/",
                               "https://0x7f.1/",
                               "https://2130706433/",
                               "1http://a",
                               "://a",
                               ":a",
                               "+a:b",
                               "ht_tp://a",
                               "h%74tp://a",
                               "foo://u@/x",
                               "foo://:1/x"}) {
    CAPTURE(bad);
    const auto url = Url::parse(bad);
    CHECK_FALSE(url);
    if (!url) CHECK(url.error().kind == Error::Kind::invalid);
  }
  CHECK_FALSE(Url::parse(std::string_view{"https://a/\0", 11}));
  CHECK_FALSE(Url::parse("https://a/" + std::string(url_bytes_max, 'a')));
}

}  // namespace postern::uri
