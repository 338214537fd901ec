#include "postern/http/message.hpp"

#include <doctest/doctest.h>

#include <string>

namespace postern::http {

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
  const Response split = Response::redirect(302, "/next\r\nSet-Cookie: a=b");
  CHECK(split.status == 500);
  CHECK(split.headers.size() == 0);
  CHECK(reason_phrase(405) == "Method Not Allowed");
  CHECK(reason_phrase(799).empty());
}

}  // namespace postern::http
