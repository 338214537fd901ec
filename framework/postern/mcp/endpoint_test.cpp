#include "postern/mcp/endpoint.hpp"

#include <random>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

TEST_CASE("what is no message at all gets an HTTP error that fits") {
  Fixture fixture;
  auto plain = Fixture::post("{}");
  plain.headers.set("Content-Type", "text/plain");
  CHECK(fixture.send(plain).status == 415);
  auto picky = Fixture::post("{}");
  picky.headers.set("Accept", "text/html");
  CHECK(fixture.send(picky).status == 406);
  auto get = Fixture::post("");
  get.method = http::Method::get;
  const auto refused = fixture.send(get);
  CHECK(refused.status == 405);
  CHECK(*refused.headers.find("Allow") == "POST, DELETE");
  Fixture talking{make_talking_app()};
  auto put = Fixture::post("");
  put.method = http::Method::put;
  const auto refused_there = talking.send(put);
  CHECK(refused_there.status == 405);
  CHECK(*refused_there.headers.find("Allow") == "GET, POST, DELETE");

  struct Row {
    std::string body;
    std::int64_t code;
  };
  // JSON-RPC 2.0 sec. 5.1.
  const Row rows[] = {{"", -32700},
                      {"{", -32700},
                      {"{\"a\":1,\"a\":2}", -32700},
                      {"\xff", -32700},
                      {std::string(1000, '['), -32700},
                      {"null", -32600},
                      {"[]", -32600},
                      {"[1,2]", -32600},
                      {"{}", -32600},
                      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600}};
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const auto response = fixture.send(Fixture::post(row.body));
    CHECK(response.status == 400);
    CHECK(error_code(response) == row.code);
  }
}

TEST_CASE("wrong arguments are told to the model from 2025-11-25 on, and to the client before") {
  Fixture fixture;
  const std::string call =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":"x","c":1}}})";
  for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(std::string{revision});
    const auto session = fixture.initialize(revision, fixture.alice);
    const auto response = fixture.send(Fixture::post(call, {{"Mcp-Session-Id", session}}));
    CHECK(response.status == 200);
    CHECK(error_code(response) == (std::string_view{revision} == "2025-11-25" ? 0 : -32602));
    CHECK(response.body.contains("expected an integer"));
  }
  const auto modern = parsed(fixture.send(Fixture::call("add", R"({"a":1})")));
  CHECK(*json::find(*json::find(modern, "result"), "isError") == true);
}

TEST_CASE("random damage to valid requests never crashes and is never our fault") {
  Fixture fixture;
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  MESSAGE("seed ", seed);
  std::mt19937 random{seed};
  const auto session = fixture.initialize("2025-03-26", fixture.alice);
  const std::string legacy =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}})";
  const http::Request seeds[] = {Fixture::call("add", R"({"a":1,"b":2})"),
                                 Fixture::modern("tools/list", R"("cursor":"x",)"), Fixture::modern("server/discover"),
                                 Fixture::post(legacy, {{"Mcp-Session-Id", session}}),
                                 Fixture::post("[" + legacy + "," + legacy + "]", {{"Mcp-Session-Id", session}})};
  constexpr std::string_view interesting = "{}[]\",:0-1e.\\u n\xff\x80\0ATtf";
  for (int i = 0; i < 3000; ++i) {
    http::Request request = seeds[random() % std::size(seeds)];
    for (unsigned changes = 1 + random() % 4; changes > 0 && !request.body.empty(); --changes) {
      const std::size_t at = random() % request.body.size();
      switch (random() % 3) {
        case 0:
          request.body[at] = interesting[random() % interesting.size()];
          break;
        case 1:
          request.body.erase(at, 1 + random() % 20);
          break;
        default:
          request.body.insert(at, request.body.substr(random() % request.body.size(), random() % 40));
      }
    }
    CAPTURE(request.body);
    const auto answer = run_ready(fixture.endpoint.handle(request, shared(&fixture.alice)));
    if (answer) REQUIRE(answer->status < 500);
  }
}
