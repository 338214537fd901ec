#include "postern/mcp/parameter_header.hpp"

#include <doctest/doctest.h>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

namespace {

struct Query {
  std::string region;
  std::optional<int> priority;
  bool dry_run = false;
  double limit = 1;
};
Task<Result<std::string>> query(Query in, Call&) { co_return std::move(in.region); }

App make_query_app() {
  App app{"sql", "1"};
  app.tool("query", "Run a query.", query)
      .header("Region", "region")
      .header("Priority", "priority")
      .header("Dry-Run", "dry_run");
  return app;
}

bool is_good(std::string_view schema) { return check_parameter_headers(json::parse(schema)->as_object()).has_value(); }

}  // namespace

TEST_CASE("x-mcp-header keeps the constraints of 2026-07-28, server/tools") {
  CHECK(is_good(R"({"type":"object"})"));
  CHECK(is_good(
      R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"integer","x-mcp-header":"b-1"}}})"));
  CHECK(is_good(R"({"properties":{"o":{"type":"object","properties":{"a":{"type":"boolean","x-mcp-header":"A"}}}}})"));
  CHECK(is_good(R"({"properties":{"x-mcp-header":{"type":"string"}}})"));
  for (const char* bad : {
           R"({"properties":{"a":{"type":"string","x-mcp-header":""}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"two words"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"A\r\nB"}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":7}}})",
           R"({"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}})",
           R"({"properties":{"a":{"type":"number","x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"type":"object","x-mcp-header":"A"}}})",
           R"({"properties":{"a":{"x-mcp-header":"A"}}})",
           R"({"x-mcp-header":"A"})",
           R"({"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}})",
           R"({"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]})",
           R"({"$defs":{"a":{"type":"string","x-mcp-header":"A"}}})",
       }) {
    CAPTURE(bad);
    CHECK_FALSE(is_good(bad));
  }
  CHECK(make_query_app().check());
  App typo{"a", "1"};
  typo.tool("query", "Run a query.", query).header("Region", "regoin");
  CHECK_FALSE(typo.check());
  App own{"a", "1"};  // the header stays, whichever comes first
  own.tool("query", "Run a query.", query)
      .header("Region", "region")
      .input_schema({{"type", "object"}, {"properties", {{"region", {{"type", "string"}}}}}});
  REQUIRE(own.check());
  REQUIRE(own.tools().front().parameter_headers.size() == 1);
  CHECK(own.tools().front().parameter_headers.front().name == "Region");
  App fraction{"a", "1"};
  fraction.tool("query", "Run a query.", query).header("Limit", "limit");
  CHECK_FALSE(fraction.check());
}

TEST_CASE("a parameter's header and its value in the body must agree, or the request is refused") {
  Fixture fixture{make_query_app()};
  CHECK(fixture.send(Fixture::modern("tools/list")).body.contains(R"("x-mcp-header":"Region")"));
  struct Row {
    std::string_view arguments;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
    bool good;
  };
  // 2026-07-28, basic/transports/streamable-http: value encoding, and server behavior for custom headers.
  const Row rows[] = {
      {R"({"region":"us-west1"})", {{"Mcp-Param-Region", "us-west1"}}, true},
      {R"({"region":"us-west1"})", {{"mcp-PARAM-region", "us-west1"}}, true},
      {R"({"region":"Hello, 世界"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8sIOS4lueVjA==?="}}, true},
      {R"({"region":" padded "})", {{"Mcp-Param-Region", "=?base64?IHBhZGRlZCA=?="}}, true},
      {R"({"region":"line1\nline2"})", {{"Mcp-Param-Region", "=?base64?bGluZTEKbGluZTI=?="}}, true},
      {R"({"region":"=?base64?literal?="})", {{"Mcp-Param-Region", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="}}, true},
      {R"({"region":"x","priority":42,"dry_run":true})",
       {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Priority", "42.0"}, {"Mcp-Param-Dry-Run", "true"}},
       true},
      {R"({"region":"x","priority":null})", {{"Mcp-Param-Region", "x"}}, true},
      {R"({"region":"x"})", {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Other", "y"}}, true},
      {R"({"region":"us-west1"})", {}, false},
      {R"({"region":"us-west1"})", {{"Mcp-Param-Region", "US-WEST1"}}, false},
      {R"({"region":"us-west1"})", {{"Mcp-Param-Region", "us-west1"}, {"Mcp-Param-Region", "us-west1"}}, false},
      {R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVsbG8?="}}, false},
      {R"({"region":"Hello"})", {{"Mcp-Param-Region", "=?base64?SGVs!!!bG8=?="}}, false},
      {R"({"region":"=?base64?literal?="})", {{"Mcp-Param-Region", "=?base64?literal?="}}, false},
      {R"({"region":"x"})", {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Priority", "1"}}, false},
      {R"({"region":"x","priority":42})", {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Priority", "43"}}, false},
      {R"({"region":"x","priority":42})", {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Priority", "\"42\""}}, false},
      {R"({"region":"x","dry_run":true})", {{"Mcp-Param-Region", "x"}, {"Mcp-Param-Dry-Run", "True"}}, false},
      {R"({"region":7})", {{"Mcp-Param-Region", "x"}}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.arguments);
    auto request = Fixture::call("query", row.arguments);
    for (const auto& [name, value] : row.headers) request.headers.add(name, value);
    const auto response = fixture.send(std::move(request));
    CHECK(response.status == (row.good ? 200 : 400));
    CHECK(error_code(response) == (row.good ? 0 : -32020));
  }
  // Earlier revisions know nothing of it.
  const auto session = fixture.initialize("2025-11-25", fixture.alice);
  const auto legacy = fixture.send(Fixture::post(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"query","arguments":{"region":"x"}}})",
      {{"Mcp-Session-Id", session}}));
  CHECK(error_code(legacy) == 0);
}
