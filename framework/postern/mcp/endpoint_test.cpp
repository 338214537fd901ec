#include "postern/mcp/endpoint.hpp"

#include <random>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

TEST_CASE("a modern request is answered without a session, and its result says what it is") {
  Fixture fixture;
  struct Row {
    http::Request request;
    std::string_view result;  // RFC 8259 text of the expected result
  };
  // Shapes: schema/2026-07-28/examples.
  Row rows[] = {
      {Fixture::call("add", R"({"a":2,"b":3})"),
       R"({"resultType":"complete","structuredContent":{"sum":5},"content":[{"type":"text","text":"{\"sum\":5}"}],
           "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1.2.3"}}})"},
      {Fixture::modern("tools/call", R"("name":"hello",)", "hello"),
       R"({"resultType":"complete","content":[{"type":"text","text":"Hello user_alice"}],
           "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1.2.3"}}})"},
      {Fixture::call("fails", "{}"),
       R"({"resultType":"complete","isError":true,"content":[{"type":"text","text":"No such order."}],
           "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1.2.3"}}})"},
      {Fixture::modern("server/discover"),
       R"({"resultType":"complete","supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],
           "capabilities":{"logging":{},"tools":{}},"instructions":"Sums.","ttlMs":300000,"cacheScope":"public",
           "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1.2.3"}}})"},
  };
  for (Row& row : rows) {
    CAPTURE(row.request.body);
    const auto response = fixture.send(std::move(row.request));
    CHECK(response.status == 200);
    CHECK(*response.headers.find("Content-Type") == "application/json");
    CHECK_FALSE(response.headers.find("Mcp-Session-Id"));
    const auto value = parsed(response);
    CHECK(*json::find(value, "id") == 1);
    REQUIRE_MESSAGE(json::find(value, "result"), response.body);
    CHECK(*json::find(value, "result") == *json::parse(row.result));
  }
  CHECK(fixture.test.store.operations() == 0);
}

TEST_CASE("tools/list describes each tool, in the order of the declaration, with a hint for caches") {
  Fixture fixture;
  const auto value = parsed(fixture.send(Fixture::modern("tools/list")));
  const auto& result = json::find(value, "result")->as_object();
  CHECK(*json::find(result, "ttlMs") == 300000);
  CHECK(*json::find(result, "cacheScope") == "public");
  CHECK_FALSE(json::find(result, "nextCursor"));
  const auto& tools = json::find(result, "tools")->as_array();
  REQUIRE(tools.size() == 9);
  const auto& add = tools[0].as_object();
  CHECK(*json::find(add, "name") == "add");
  CHECK(*json::find(add, "title") == "Addition");
  CHECK(*json::find(add, "annotations") ==
        *json::parse(R"({"readOnlyHint":true,"idempotentHint":true,"openWorldHint":false})"));
  CHECK(*json::find(*json::find(add, "inputSchema"), "additionalProperties") == false);
  CHECK(*json::find(*json::find(add, "outputSchema"), "type") == "object");
  CHECK(*json::find(tools[1], "inputSchema") == *json::parse(R"({"type":"object","additionalProperties":false})"));
}

TEST_CASE("a long list of tools comes in pages, and only their own cursors lead on") {
  Fixture fixture;
  App app{"many", "1"};
  for (int i = 0; i < 250; ++i) app.tool("tool_" + std::to_string(i), "One of many.", hello);
  Endpoint endpoint{app, fixture.test.ports, {.session_key = Secret{std::string(32, 'k')}}};
  std::vector<std::string> names;
  std::string params;
  int pages = 0;
  while (true) {
    auto request = Fixture::modern("tools/list", params);
    const auto answer = run_ready(endpoint.handle(request, &fixture.alice));
    REQUIRE(answer);
    const auto value = parsed(*answer);
    const auto& result = json::find(value, "result")->as_object();
    for (const auto& tool : json::find(result, "tools")->as_array()) {
      names.emplace_back(json::find(tool, "name")->as_string());
    }
    ++pages;
    const auto next = json::find_string(result, "nextCursor");
    if (!next) break;
    params = R"("cursor":")" + std::string{*next} + R"(",)";
  }
  CHECK(pages == 3);
  CHECK(names.size() == 250);
  CHECK(names.back() == "tool_249");
  for (const char* cursor : {R"("")", R"("x")", "null", "7", "{}"}) {
    CAPTURE(cursor);
    auto request = Fixture::modern("tools/list", R"("cursor":)" + std::string{cursor} + ",");
    CHECK(error_code(*run_ready(endpoint.handle(request, &fixture.alice))) == -32602);
  }
}

TEST_CASE("a modern request whose headers and body disagree, or that lacks its _meta, is refused") {
  Fixture fixture;
  const std::string body = Fixture::call("add", R"({"a":1,"b":1})").body;
  auto with = [&](auto change) {
    http::Request request = Fixture::call("add", R"({"a":1,"b":1})");
    change(request);
    return request;
  };
  auto set = [&](std::string_view name, std::string_view value) {
    return with([&](http::Request& request) { request.headers.set(name, value); });
  };
  auto without = [&](std::string_view name) {
    return with([&](http::Request& request) { request.headers.remove(name); });
  };
  auto swap = [&](std::string_view from, std::string_view to) {
    return with([&](http::Request& request) { request.body.replace(request.body.find(from), from.size(), to); });
  };
  struct Row {
    http::Request request;
    int status;
    std::int64_t code;
  };
  // 2026-07-28: basic/transports/streamable-http (server validation), basic/index (_meta), basic/versioning.
  const Row rows[] = {
      {set("mcp-METHOD", "tools/call"), 200, 0},
      {set("Mcp-Name", "=?base64?YWRk?="), 200, 0},
      {set("Mcp-Name", "=?base64?YWRk"), 400, -32020},
      {set("Mcp-Name", "=?base64?***?="), 400, -32020},
      {set("Mcp-Name", "=?BASE64?YWRk?="), 400, -32020},
      {set("Mcp-Name", "Add"), 400, -32020},
      {set("Mcp-Method", "Tools/Call"), 400, -32020},
      {set("Mcp-Method", "tools/list"), 400, -32020},
      {set("MCP-Protocol-Version", "2025-11-25"), 400, -32020},
      {without("MCP-Protocol-Version"), 400, -32020},
      {without("Mcp-Method"), 400, -32020},
      {without("Mcp-Name"), 400, -32020},
      {with([](http::Request& request) { request.headers.add("Mcp-Name", "fails"); }), 400, -32020},
      {swap(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)", ""), 400, -32602},
      {swap(R"(,"io.modelcontextprotocol/clientCapabilities":{})", ""), 400, -32602},
      {swap(R"(clientCapabilities":{})", R"(clientCapabilities":[])"), 400, -32602},
      {swap(R"("2026-07-28")", "20260728"), 400, -32602},
      {swap(R"("name":"add",)", ""), 400, -32020},
      {with([](http::Request& request) {
         request.headers.set("MCP-Protocol-Version", "1900-01-01");
         request.body.replace(request.body.find("2026-07-28"), 10, "1900-01-01");
       }),
       400, -32022},
      {Fixture::modern("tools/nothing"), 404, -32601},
      {Fixture::modern("initialize"), 404, -32601},
      {Fixture::modern("ping"), 404, -32601},
      {Fixture::call("nothing", "{}"), 200, -32602},
      {Fixture::call("add", "[]"), 200, -32602},
  };
  for (const Row& row : rows) {
    CAPTURE(row.request.body);
    for (const auto& header : row.request.headers) CAPTURE(header.value);
    const auto response = fixture.send(row.request);
    CHECK(response.status == row.status);
    CHECK(error_code(response) == row.code);
  }
}

TEST_CASE("the error for an unknown version names what was asked for and what there is") {
  Fixture fixture;
  auto request = Fixture::modern("tools/list");
  request.headers.set("MCP-Protocol-Version", "1900-01-01");
  request.body.replace(request.body.find("2026-07-28"), 10, "1900-01-01");
  const auto value = parsed(fixture.send(request));
  const auto* data = json::find(*json::find(value, "error"), "data");
  CHECK(*json::find(*data, "requested") == "1900-01-01");
  CHECK(json::find(*data, "supported")->as_array().size() == 5);
}

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

TEST_CASE("a session begins with initialize, in the revision asked for or the latest that has sessions") {
  Fixture fixture;
  const std::pair<const char*, const char*> rows[] = {{"2024-11-05", "2024-11-05"}, {"2025-03-26", "2025-03-26"},
                                                      {"2025-06-18", "2025-06-18"}, {"2025-11-25", "2025-11-25"},
                                                      {"2026-07-28", "2025-11-25"}, {"1900-01-01", "2025-11-25"}};
  for (const auto& [asked, given] : rows) {
    CAPTURE(asked);
    const auto response = fixture.send(
        Fixture::post(R"({"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":")" +
                      std::string{asked} + R"(","capabilities":{},"clientInfo":{"name":"t","version":"1"}}})"));
    const std::string* id = response.headers.find("Mcp-Session-Id");
    REQUIRE(id);
    CHECK(std::ranges::all_of(*id, [](char c) { return c > ' ' && c <= '~'; }));
    CHECK_FALSE(id->contains("alice"));
    CHECK(parsed(response) ==
          *json::parse(R"({"jsonrpc":"2.0","id":"i","result":{"protocolVersion":")" + std::string{given} +
                       R"(","capabilities":{"logging":{},"tools":{}},"serverInfo":{"name":"acme","version":"1.2.3"},
                                              "instructions":"Sums."}})"));
  }
  CHECK(error_code(fixture.send(Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"initialize"})"))) == -32602);
}

TEST_CASE("a session is its user's alone, and ends for good") {
  Fixture fixture;
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  const auto session = fixture.initialize("2025-11-25", fixture.alice);
  auto status = [&](std::string_view id, const Principal& caller) {
    return fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", id}}), &caller).status;
  };
  auto remove = [&](Endpoint& endpoint, const Principal& caller) {
    auto request = Fixture::post("", {{"Mcp-Session-Id", session}});
    request.method = http::Method::delete_;
    return run_ready(endpoint.handle(request, &caller))->status;
  };
  CHECK(status(session, fixture.alice) == 200);
  CHECK(status(session, fixture.bob) == 404);
  CHECK(status("rubbish", fixture.alice) == 404);
  CHECK(status(std::string(5000, 'A'), fixture.alice) == 404);
  std::string changed = session;
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  CHECK(status(changed, fixture.alice) == 404);
  CHECK(fixture.send(Fixture::post(ping)).status == 400);
  CHECK(fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", "1"}})).status == 400);
  CHECK(
      fixture.send(Fixture::post(ping, {{"Mcp-Session-Id", session}, {"MCP-Protocol-Version", "2026-07-28"}})).status ==
      200);
  CHECK(fixture.test.store.operations() == 0);

  SUBCASE("by DELETE, on every loop") {
    Endpoint other{fixture.app, fixture.test.ports, {.session_key = Secret{std::string(32, 'k')}}};
    auto request = Fixture::post(ping, {{"Mcp-Session-Id", session}});
    CHECK(run_ready(other.handle(request, &fixture.alice))->status == 200);
    CHECK(fixture.test.store.operations() == 1);
    CHECK(run_ready(other.handle(request, &fixture.alice))->status == 200);
    CHECK(fixture.test.store.operations() == 1);
    CHECK(remove(fixture.endpoint, fixture.bob) == 404);
    CHECK(remove(fixture.endpoint, fixture.alice) == 204);
    CHECK(status(session, fixture.alice) == 404);
    CHECK(run_ready(other.handle(request, &fixture.alice))->status == 404);
    CHECK(remove(fixture.endpoint, fixture.alice) == 404);
    Endpoint later{fixture.app, fixture.test.ports, {.session_key = Secret{std::string(32, 'k')}}};
    CHECK(run_ready(later.handle(request, &fixture.alice))->status == 404);
  }
  SUBCASE("by its age") {
    fixture.test.clock.jump(std::chrono::hours{24});
    CHECK(status(session, fixture.alice) == 404);
  }
  SUBCASE("and nobody guesses while the store is down") {
    Endpoint later{fixture.app, fixture.test.ports, {.session_key = Secret{std::string(32, 'k')}}};
    fixture.test.store.fail_with(Error{Error::Kind::unavailable, "down"});
    auto request = Fixture::post(ping, {{"Mcp-Session-Id", session}});
    CHECK(run_ready(later.handle(request, &fixture.alice))->status == 503);
    CHECK(remove(fixture.endpoint, fixture.alice) == 503);
  }
}

TEST_CASE("notifications and responses are accepted without a body; batches only in 2025-03-26") {
  Fixture fixture;
  const std::string batch =
      R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/initialized"},)"
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"add","arguments":{"a":1,"b":2}}},1])";
  for (const char* revision : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"}) {
    CAPTURE(revision);
    const auto session = fixture.initialize(revision, fixture.alice);
    for (const char* body :
         {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
          R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}})",
          R"({"jsonrpc":"2.0","method":"notifications/unknown"})", R"({"jsonrpc":"2.0","id":1,"result":{}})"}) {
      const auto response = fixture.send(Fixture::post(body, {{"Mcp-Session-Id", session}}));
      CHECK(response.status == 202);
      CHECK(response.body.empty());
    }
    const auto response = fixture.send(Fixture::post(batch, {{"Mcp-Session-Id", session}}));
    if (std::string_view{revision} == "2025-03-26") {
      CHECK(response.status == 200);
      CHECK(parsed(response).as_array().size() == 3);
    } else {
      CHECK(response.status == 400);
    }
  }
  auto modern = Fixture::post(R"({"jsonrpc":"2.0","id":1,"result":{}})", {{"MCP-Protocol-Version", "2026-07-28"}});
  CHECK(fixture.send(modern).status == 400);
}

TEST_CASE("a call that its caller may not make is denied with the scopes it needs") {
  Fixture fixture;
  auto denied = [&](http::Request request, const Principal* caller) {
    auto answer = run_ready(fixture.endpoint.handle(request, caller));
    REQUIRE_FALSE(answer);
    return std::move(answer).error();
  };
  const auto scopes = denied(Fixture::call("cancel_order", "{}"), &fixture.alice);
  CHECK(scopes.reason == Denied::Reason::scopes);
  CHECK(scopes.scopes == std::vector<std::string>{"orders:write"});
  CHECK(denied(Fixture::call("add", R"({"a":1,"b":1})"), nullptr).reason == Denied::Reason::sign_in);
  CHECK(fixture.send(Fixture::call("hello", "{}"), nullptr).status == 200);
  fixture.alice.scopes = {"orders:write"};
  CHECK(fixture.send(Fixture::call("cancel_order", "{}")).status == 200);

  App closed{"closed", "1"};
  closed.tool("add", "Add.", add);
  Endpoint endpoint{closed, fixture.test.ports, {.session_key = Secret{std::string(32, 'k')}}};
  auto list = Fixture::modern("tools/list");
  CHECK_FALSE(run_ready(endpoint.handle(list, nullptr)));
}

TEST_CASE("mistakes in an app's declarations are told by check()") {
  CHECK(make_app().check());
  auto wrong = [](auto declare) {
    App app{"a", "1"};
    app.scope("orders:read", "See");
    declare(app);
    return !app.check();
  };
  CHECK(wrong([](App& app) { app.tool("", "", hello); }));
  CHECK(wrong([](App& app) { app.tool("two words", "", hello); }));
  CHECK(wrong([](App& app) { app.tool(std::string(129, 'x'), "", hello); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello), app.tool("a", "", hello); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_scope("orders:write"); }));
  CHECK(wrong([](App& app) { app.tool("a", "", hello).needs_scope("orders:read").public_tool(); }));
  CHECK(wrong([](App& app) { app.scope("orders:read", "Again"); }));
  CHECK(wrong([](App& app) { app.scope("two words", "Bad"); }));
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
    const auto answer = run_ready(fixture.endpoint.handle(request, &fixture.alice));
    if (answer) REQUIRE(answer->status < 500);
  }
}
