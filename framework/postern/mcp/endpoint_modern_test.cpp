#include "postern/mcp/endpoint.hpp"

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
  Endpoint endpoint{app, fixture.test.ports, {.session_key = session_key()}};
  std::vector<std::string> names;
  std::string params;
  int pages = 0;
  while (true) {
    auto request = Fixture::modern("tools/list", params);
    const auto answer = run_ready(endpoint.handle(request, shared(&fixture.alice)));
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
    CHECK(error_code(*run_ready(endpoint.handle(request, shared(&fixture.alice)))) == -32602);
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
