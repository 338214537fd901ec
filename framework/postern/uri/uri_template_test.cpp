#include "postern/uri/uri_template.hpp"

#include <doctest/doctest.h>

using postern::uri::UriTemplate;
using Values = UriTemplate::Values;

namespace {

std::optional<Values> match(std::string_view uri_template, std::string_view uri) {
  auto parsed = UriTemplate::parse(uri_template);
  REQUIRE(parsed);
  return parsed->match(uri);
}

}  // namespace

// The variables and expansions of RFC 6570 sec. 3.2, read backwards.
TEST_CASE("what RFC 6570 expands is matched, with the values that went in") {
  CHECK(match("{var}", "value") == Values{{"var", "value"}});
  CHECK(match("{hello}", "Hello%20World%21") == Values{{"hello", "Hello World!"}});
  CHECK(match("{half}", "50%25") == Values{{"half", "50%"}});
  CHECK(match("map?{x}", "map?1024") == Values{{"x", "1024"}});
  CHECK(match("{+path}/here", "/foo/bar/here") == Values{{"path", "/foo/bar"}});
  CHECK(match("here?ref={+path}", "here?ref=/foo/bar") == Values{{"path", "/foo/bar"}});
  CHECK(match("{?x,y}", "?x=1024&y=768") == Values{{"x", "1024"}, {"y", "768"}});
  CHECK(match("find{?q}", "find?q=a%26b") == Values{{"q", "a&b"}});
}

TEST_CASE("without variables it is one URI") {
  CHECK(match("acme://terms", "acme://terms") == Values{});
  CHECK_FALSE(match("acme://terms", "acme://terms/"));
  CHECK_FALSE(match("acme://terms", "acme://term"));
}

TEST_CASE("several variables share a URI without doubt") {
  CHECK(match("test://template/{id}/data", "test://template/123/data") == Values{{"id", "123"}});
  CHECK(match("a://{b}-{c}", "a://1-2-3") == Values{{"b", "1"}, {"c", "2-3"}});
  CHECK(match("a://{b}/x/{c}", "a://1/x/2") == Values{{"b", "1"}, {"c", "2"}});
  CHECK(match("a://{b}x{c}x", "a://1x2xx") == Values{{"b", "1"}, {"c", "2x"}});
}

TEST_CASE("query variables come in any order, and may be missing") {
  CHECK(match("a://b{?x,y}", "a://b") == Values{});
  CHECK(match("a://b{?x,y}", "a://b?y=2") == Values{{"y", "2"}});
  CHECK(match("a://b{?x,y}", "a://b?y=2&x=1") == Values{{"y", "2"}, {"x", "1"}});
}

TEST_CASE("what the template did not make is not matched") {
  CHECK_FALSE(match("a://{b}", "a://"));
  CHECK_FALSE(match("a://{b}", "a://1/2"));
  CHECK_FALSE(match("a://{b}", "a://1?c=2"));
  CHECK_FALSE(match("a://{b}", "A://1"));
  CHECK_FALSE(match("a://{b}", "a://%zz"));
  CHECK_FALSE(match("a://{b}", "a://%ff"));
  CHECK_FALSE(match("a://{b}/c", "a://1/d"));
  CHECK_FALSE(match("a://b{?x}", "a://b?x=1&x=2"));
  CHECK_FALSE(match("a://b{?x}", "a://b?z=1"));
  CHECK_FALSE(match("a://{b}/../c", "a://x/y/../c"));
}

TEST_CASE("a template that cannot be read back is refused, and says why") {
  for (const std::string_view text : {"{", "}", "a{", "a}b", "{}", "{a", "{a}{b}", "{a},{a}", "{#a}", "{/a}", "{.a}",
                                      "{;a}", "{&a}", "{a:3}", "{a*}", "{a,b}", "{?a}/b", "{+a}/{b}", "{?}"}) {
    CAPTURE(text);
    const auto parsed = UriTemplate::parse(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().message.contains(text));
  }
}
