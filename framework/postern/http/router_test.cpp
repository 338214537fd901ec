#include "postern/http/router.hpp"

#include <doctest/doctest.h>

#include <string>

#include "hosts/native/testing/traps.hpp"

namespace postern::http {
namespace {

Endpoint answer(std::string text) {
  return [text](Request&, const PathParameters&) {
    return [](std::string body) -> Task<Response> { co_return Response::text(200, std::move(body)); }(text);
  };
}

Endpoint answer_with(std::string name) {
  return [name](Request&, const PathParameters& parameters) {
    return [](std::string body) -> Task<Response> {
      co_return Response::text(200, std::move(body));
    }(std::string{parameters.get(name)});
  };
}

Router example() {
  Router router;
  router.add(Method::get, "/users/{id}", answer_with("id"));
  router.add(Method::get, "/users/me", answer("me"));
  router.add(Method::delete_, "/users/{id}", answer("deleted"));
  router.add(Method::get, "/", answer("root"));
  router.add(Method::post, "/mcp", answer("mcp"));
  router.add(Method::get, "/mcp", answer("stream"));
  router.add(Method::post, "/api/orders/{id}/cancel", answer_with("id"));
  return router;
}

Response ask(const Router& router, Method method, std::string_view target) {
  Request request{.method = method, .target = std::string{target}};
  return run_ready(router.handle(request));
}

}  // namespace

TEST_CASE("a request goes to the endpoint of its method and path") {
  const Router router = example();
  struct Row {
    Method method;
    std::string_view target;
    int status;
    std::string_view body;
  };
  for (auto [method, target, status, body] :
       {Row{Method::get, "/", 200, "root"},
        {Method::get, "/?a=//;%2f", 200, "root"},
        {Method::post, "/mcp", 200, "mcp"},
        {Method::get, "/mcp?x", 200, "stream"},
        {Method::head, "/mcp", 200, "stream"},
        {Method::get, "/users/me", 200, "me"},
        {Method::get, "/users/m%65", 200, "me"},  // not the literal: the parameter, decoded
        {Method::delete_, "/users/me", 200, "deleted"},
        {Method::get, "/users/a%20b+c%3B%252f", 200, "a b+c;%2f"},
        {Method::get, "/users/%C3%A4", 200, "\xc3\xa4"},
        {Method::post, "/api/orders/A-17/cancel", 200, "A-17"},
        {Method::get, "/mcp/", 404, "Not found\n"},
        {Method::get, "/MCP", 404, "Not found\n"},
        {Method::get, "/%6dcp", 404, "Not found\n"},
        {Method::get, "/users", 404, "Not found\n"},
        {Method::get, "/users/", 404, "Not found\n"},
        {Method::get, "/users/1/2", 404, "Not found\n"},
        {Method::post, "/api/orders//cancel", 400, "The path is malformed\n"}}) {
    CAPTURE(target);
    const Response response = ask(router, method, target);
    CHECK(response.status == status);
    CHECK(response.body == body);
  }
}

TEST_CASE("a known path with another method is answered 405, with Allow (RFC 9110 sec. 15.5.6)") {
  const Router router = example();
  const Response response = ask(router, Method::put, "/mcp");
  CHECK(response.status == 405);
  CHECK(*response.headers.find("Allow") == "POST, GET, HEAD");
  CHECK(*ask(router, Method::other, "/users/7").headers.find("Allow") == "GET, HEAD, DELETE");
  CHECK(*ask(router, Method::head, "/api/orders/1/cancel").headers.find("Allow") == "POST");
}

TEST_CASE("an own HEAD endpoint wins over GET's, whichever was added first") {
  for (bool head_first : {true, false}) {
    Router router;
    if (head_first) router.add(Method::head, "/x", answer("head"));
    router.add(Method::get, "/x", answer("get"));
    if (!head_first) router.add(Method::head, "/x", answer("head"));
    CHECK(ask(router, Method::head, "/x").body == "head");
    CHECK(ask(router, Method::get, "/x").body == "get");
  }
}

TEST_CASE("a path that others could read differently is refused (threat 51)") {
  const Router router = example();
  for (std::string_view path : {"",
                                "mcp",
                                "*",
                                "//mcp",
                                "/mcp//",
                                "/x//mcp",
                                "/./mcp",
                                "/../mcp",
                                "/x/../mcp",
                                "/mcp/.",
                                "/mcp/..",
                                "/%2e/mcp",
                                "/%2e%2E/mcp",
                                "/.%2e/mcp",
                                "/x/%2e./mcp",
                                "/%2fmcp",
                                "/%2Fmcp",
                                "/x%2f..%2fmcp",
                                "/users/a%2fb",
                                "/users/a%5Cb",
                                "/%5cmcp",
                                "/\\mcp",
                                "/x\\..\\mcp",
                                "/mcp;",
                                "/mcp;jsessionid=1",
                                "/;/mcp",
                                "/..;/mcp",
                                "/mcp%00",
                                "/mcp%0a",
                                "/mcp%0d%0aX:1",
                                "/users/%7f",
                                "/mcp%",
                                "/mcp%2",
                                "/mcp%zz",
                                "/mcp#x",
                                "/mcp ",
                                "/m cp",
                                "/mcp\t",
                                "/\x7f",
                                "/\xc3\xa4",
                                "/users/%c0%af",
                                "/users/%c0%ae%c0%ae",
                                "/users/%ff",
                                "/users/%ed%a0%80",
                                "/mcp|",
                                "/<mcp>",
                                "/[mcp]",
                                "/{id}",
                                "/mcp^",
                                "/`mcp`",
                                "/\"mcp\"",
                                "http://evil.example/mcp",
                                "https://evil.example"}) {
    CAPTURE(path);
    CHECK(ask(router, Method::get, path).status == 400);
    CHECK_FALSE(router.knows(path));
  }
}

TEST_CASE("knows() says whether any method is answered there") {
  const Router router = example();
  CHECK(router.knows("/mcp"));
  CHECK(router.knows("/users/7"));
  CHECK(router.knows("/api/orders/7/cancel"));
  CHECK_FALSE(router.knows("/api/orders/7"));
  CHECK_FALSE(Router{}.knows("/"));
}

TEST_CASE("a malformed or repeated pattern is a bug") {
  for (std::string_view bad :
       {"", "mcp", "//", "/a//b", "/../a", "/a;b", "/a%2fb", "/{}", "/{a", "/a}", "/a{b}", "/{a}{b}"}) {
    CAPTURE(bad);
    CHECK(testing::traps([&] { Router{}.add(Method::get, bad, answer("x")); }));
  }
  CHECK(testing::traps([] { example().add(Method::get, "/users/{id}", answer("x")); }));
  CHECK(testing::traps([] { Router{}.add(Method::get, "/", Endpoint{}); }));
  CHECK_FALSE(testing::traps([] { example().add(Method::put, "/users/{id}", answer("x")); }));
}

}  // namespace postern::http
