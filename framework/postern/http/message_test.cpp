#include "postern/http/message.hpp"

#include <doctest/doctest.h>

#include <string>

#include "postern/http/cookie.hpp"
#include "postern/http/html.hpp"
#include "postern/http/media_type.hpp"

namespace postern::http {

TEST_CASE("field names compare without case, in ASCII only") {
  HeaderMap headers{{"Content-Type", "a"}, {"X-One", "1"}};
  CHECK(headers.find("content-TYPE") != nullptr);
  CHECK(headers.find("content_type") == nullptr);
  CHECK_FALSE(equal_ignoring_case("@[", "`{"));
  headers.add("x-one", "2");
  CHECK(*headers.find("X-One") == "1");
  CHECK(headers.count("X-ONE") == 2);
  CHECK(headers.find_only("X-One") == nullptr);
  headers.set("X-ONE", *headers.find("x-one"));
  CHECK(*headers.find_only("X-One") == "1");
  headers.remove("x-one");
  CHECK(headers.size() == 1);
}

TEST_CASE("nothing that could split a message gets into a header (threat 37)") {
  HeaderMap headers{{"Location", "https://a.example/"}};
  for (std::string_view value :
       {std::string_view{"a\r\nSet-Cookie: x=1"}, std::string_view{"a\nb"}, std::string_view{"a\rb"},
        std::string_view{"a\0b", 3}, std::string_view{"\x1b[2J"}, std::string_view{"\x7f"},
        std::string_view{"\xc4\x8d\xc4\x8a"}, std::string_view{"\x80"}}) {
    CHECK_FALSE(headers.add("Location", value));
    CHECK_FALSE(headers.set("Location", value));
    CHECK(Response::redirect(302, value).status == 500);
    CHECK(Response::redirect(302, value).headers.size() == 0);
  }
  for (std::string_view name : {"", "a b", "a:", "a\r\n", "\xc3\xa4", "(a)", "a\t", "\"a\""}) {
    CHECK_FALSE(headers.add(name, "x"));
    CHECK_FALSE(headers.set(name, "x"));
  }
  CHECK(headers.size() == 1);
  CHECK(*headers.find("Location") == "https://a.example/");
  CHECK(headers.add("!#$%&'*+-.^_`|~09azAZ", "\t !~"));  // RFC 9110 sec. 5.6.2 and 5.5
}

TEST_CASE("methods are case-sensitive tokens") {
  for (std::string_view name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    CHECK(parse_method(name) != Method::other);
    CHECK(to_string(parse_method(name)) == name);
  }
  for (std::string_view name : {"get", "Get", "GET ", "", "TRACE", "CONNECT", "other"}) {
    CHECK(parse_method(name) == Method::other);
  }
}

TEST_CASE("path and query part at the first question mark") {
  struct Row {
    std::string_view target, path, query;
  };
  for (auto [target, path, query] :
       {Row{"/mcp", "/mcp", ""}, {"/mcp?", "/mcp", ""}, {"/a?b=1?c", "/a", "b=1?c"}, {"/%3F?x", "/%3F", "x"}}) {
    const Request request{.target = std::string{target}};
    CHECK(request.path() == path);
    CHECK(request.query() == query);
  }
}

TEST_CASE("responses carry their media type") {
  CHECK(*Response::json(200, "{}").headers.find("Content-Type") == "application/json");
  CHECK(*Response::text(404, "x").headers.find("Content-Type") == "text/plain; charset=utf-8");
  CHECK(*Response::html(200, "x").headers.find("Content-Type") == "text/html; charset=utf-8");
  const Response redirect = Response::redirect(303, "/next");
  CHECK(redirect.status == 303);
  CHECK(*redirect.headers.find("Location") == "/next");
  CHECK(reason_phrase(405) == "Method Not Allowed");
  CHECK(reason_phrase(799).empty());
}

TEST_CASE("HTML is escaped between tags and in quoted attributes") {
  CHECK(escape_html(R"(<a href="x" id='y'>&amp;</a>)") ==
        "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
  CHECK(escape_html("plain \xc3\xa4").ends_with("\xc3\xa4"));
}

TEST_CASE("a content type is matched without case and without its parameters") {
  for (std::string_view good : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                                "application/json;charset=\"utf-8\"", "application/json ;x=y"}) {
    CAPTURE(good);
    CHECK(has_content_type({{"Content-Type", good}}, "application/json"));
  }
  for (std::string_view bad : {"", "text/plain", "application/jsonp", "application/json-seq", "application/ld+json",
                               "text/plain; application/json", "application/json, text/plain", "*/*"}) {
    CAPTURE(bad);
    CHECK_FALSE(has_content_type({{"Content-Type", bad}}, "application/json"));
  }
  CHECK_FALSE(has_content_type({}, "application/json"));
  CHECK_FALSE(has_content_type({{"Content-Type", "application/json"}, {"content-type", "application/json"}},
                               "application/json"));
}

TEST_CASE("the most specific range of Accept decides (RFC 9110 sec. 12.5.1)") {
  struct Row {
    std::string_view accept;
    bool json, events;
  };
  for (auto [accept, json, events] : {Row{"application/json, text/event-stream", true, true},
                                      {"text/event-stream,application/json", true, true},
                                      {"*/*", true, true},
                                      {"text/*", false, true},
                                      {"Application/*;q=0.1", true, false},
                                      {"*/*, text/event-stream;q=0", true, false},
                                      {"text/event-stream; q=0.000, */*", true, false},
                                      {"application/json;q=0.001", true, false},
                                      {"application/json;x=\"a, text/event-stream\"", true, false},
                                      {"application/json;x=\"\\\", text/event-stream", true, false},
                                      {"application/json;q=\"", true, false},
                                      {"text/html", false, false},
                                      {"*", false, false},
                                      {", ,", false, false},
                                      {"", false, false}}) {
    CAPTURE(accept);
    CHECK(accepts({{"Accept", accept}}, "application/json") == json);
    CHECK(accepts({{"Accept", accept}}, "text/event-stream") == events);
  }
  CHECK(accepts({}, "application/json"));
  CHECK(accepts({{"Accept", "application/json"}, {"accept", "text/event-stream"}}, "text/event-stream"));
}

TEST_CASE("a cookie is found by its exact name, and only if it is there once") {
  struct Row {
    std::string_view field;
    std::optional<std::string> value;
  };
  for (const auto& [field, value] : {Row{"SID=31d4d96e407aad42", "31d4d96e407aad42"},  // RFC 6265bis sec. 3.1
                                     {"SID=31d4d96e407aad42; lang=en-US", "31d4d96e407aad42"},
                                     {"lang=en-US; SID=31d4d96e407aad42", "31d4d96e407aad42"},
                                     {"lang=en-US;SID=a=b==", "a=b=="},
                                     {" SID = x ", "x"},
                                     {"SID=", ""},
                                     {"SID=\"x\"", "\"x\""},
                                     {"SID=1; SID=1", std::nullopt},
                                     {"SID=1; a=b; SID=2", std::nullopt},
                                     {"sid=1", std::nullopt},
                                     {"SID", std::nullopt},
                                     {"XSID=1; SIDX=2", std::nullopt},
                                     {"x=SID=1", std::nullopt},
                                     {";;; ;", std::nullopt},
                                     {"", std::nullopt}}) {
    CAPTURE(field);
    CHECK(find_cookie({{"Cookie", field}}, "SID") == value);
  }
  CHECK_FALSE(find_cookie({}, "SID"));
  CHECK_FALSE(find_cookie({{"Cookie", "SID=1"}, {"cookie", "SID=2"}}, "SID"));
  CHECK(find_cookie({{"Cookie", "a=1"}, {"cookie", "SID=2"}}, "SID") == "2");
}

TEST_CASE("a cookie is set with every attribute that guards it") {
  CHECK(serialize(SetCookie{.name = "__Host-SID", .value = "12345", .max_age = std::chrono::minutes{10}}) ==
        "__Host-SID=12345; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax");
  CHECK(serialize(SetCookie{.name = "theme",
                            .value = "",
                            .path = "/app",
                            .max_age = std::chrono::seconds{0},
                            .secure = false,
                            .http_only = false,
                            .same_site = SameSite::strict}) == "theme=; Path=/app; Max-Age=0; SameSite=Strict");
}

}  // namespace postern::http
