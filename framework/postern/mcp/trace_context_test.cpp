#include "postern/mcp/trace_context.hpp"

#include <doctest/doctest.h>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

namespace {

TraceContext read(std::string_view meta) { return read_trace_context(json::parse(meta)->as_object()); }

// An app that remembers what it was sent.
struct RecordingApp final : Upstream {
  std::vector<UpstreamRequest> requests;
  Task<Result<UpstreamResponse>> send(const Principal&, UpstreamRequest request) override {
    requests.push_back(std::move(request));
    co_return UpstreamResponse{200, "{}"};
  }
};

struct Nothing {};
Task<Result<std::string>> ask_app(Call& call) {
  CO_TRY([[maybe_unused]] auto answer, co_await call.api().get<json::Object>("/api/x"));
  if (const json::Value* cost = json::find(call.meta(), "com.example/budget")) call.set_meta("com.example/cost", *cost);
  co_return json::serialize(call.meta());
}

}  // namespace

TEST_CASE("a traceparent is one of W3C Trace Context, or there is none") {
  // W3C Trace Context sec. 3.2.3, and 2026-07-28, basic/index.
  constexpr std::string_view good = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
  const TraceContext both = read(R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
                                     "tracestate":"congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"})");
  CHECK(both.traceparent == good);
  CHECK(both.tracestate == "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
  for (const char* bad : {"", "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7",
                          "ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01",
                          "00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01",
                          "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01\\r\\nX: y",
                          "00_0af7651916cd43dd8448eb211c80319c_00f067aa0ba902b7_01"}) {
    CAPTURE(bad);
    const TraceContext none = read(R"({"tracestate":"a=b","traceparent":")" + std::string{bad} + "\"}");
    CHECK(none.traceparent.empty());
    CHECK(none.tracestate.empty());
  }
  CHECK(read(R"({"traceparent":7})").traceparent.empty());
  const std::string parent =
      R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01","tracestate":)";
  CHECK(read(parent + R"("a=b\r\nX: y"})").tracestate.empty());
  CHECK(read(parent + "\"" + std::string(513, 'a') + "\"}").tracestate.empty());
  CHECK(read(parent + "7}").tracestate.empty());
}

TEST_CASE("the trace goes on to the user's app, and _meta to the tool and back, in both eras") {
  App app{"acme", "1"};
  app.tool("ask_app", "Ask the app.", ask_app);
  testing::TestPorts test;
  RecordingApp recording;
  Endpoint endpoint{app, test.ports, {.session_key = session_key(), .upstreams = {.app = &recording}}};
  const Principal alice{.user_id = "user_alice"};
  const std::string meta =
      R"("traceparent":"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01","com.example/budget":3)";

  auto modern = Fixture::call("ask_app", "{}", "," + meta);
  const auto value = parsed(*run_ready(endpoint.handle(modern, shared(&alice))));
  const json::Value& result = *json::find(value, "result");
  CHECK(*json::find(result, "_meta") ==
        *json::parse(R"({"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1"},"com.example/cost":3})"));
  CHECK(json::serialize(*json::find(result, "content")).contains("traceparent"));
  CHECK_FALSE(json::serialize(*json::find(result, "content")).contains("modelcontextprotocol"));

  auto initialize =
      Fixture::post(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
  const std::string session = *run_ready(endpoint.handle(initialize, shared(&alice)))->headers.find("Mcp-Session-Id");
  auto legacy = Fixture::post(
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ask_app","_meta":{)" + meta + "}}}",
      {{"Mcp-Session-Id", session}});
  const auto before = parsed(*run_ready(endpoint.handle(legacy, shared(&alice))));
  CHECK(*json::find(*json::find(before, "result"), "_meta") == *json::parse(R"({"com.example/cost":3})"));

  REQUIRE(recording.requests.size() == 2);
  for (const UpstreamRequest& request : recording.requests)
    CHECK(request.trace.traceparent == "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01");
}
