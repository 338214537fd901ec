// What a test of one tool needs: somebody who is signed in, and an app and a Clerk that answer as they are told. No
// socket, no network.
//
//   testing::ToolTest test;
//   test.app_answers(http::Method::get, "/api/orders?limit=20", 200, R"({"orders":[]})");
//   auto orders = run_ready(app::search_orders({.limit = 20}, test.call()));
//   CHECK(test.app_requests().size() == 1);
//
// ToolTest{Caller{}} is a call by nobody, as a tool `.without_sign_in()` may get it.
//
// A request that nobody scripted is answered with 404. The call lives as long as the ToolTest.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/mcp/call.hpp"
#include "postern/mcp/upstream.hpp"
#include "postern/testing/manual_clock.hpp"

namespace postern::testing {

class ToolTest {
 public:
  explicit ToolTest(Principal user = {.user_id = "user_test",
                                      .session_id = "sess_test",
                                      .organization_id = {},
                                      .client_id = "client_test",
                                      .grant_id = "grant_test",
                                      .scopes = {}})
      : ToolTest(std::make_shared<const Principal>(std::move(user))) {}
  explicit ToolTest(Caller caller) : call_(std::move(caller), {.app = &app_, .clerk = &clerk_}, clock_, client_) {}

  void app_answers(http::Method method, std::string target, int status, std::string body) {
    app_.answers[{method, std::move(target)}] = {status, std::move(body)};
  }

  void clerk_answers(http::Method method, std::string target, int status, std::string body) {
    clerk_.answers[{method, std::move(target)}] = {status, std::move(body)};
  }

  [[nodiscard]] mcp::Call& call() { return call_; }
  [[nodiscard]] const std::vector<mcp::UpstreamRequest>& app_requests() const { return app_.requests; }
  [[nodiscard]] const std::vector<mcp::UpstreamRequest>& clerk_requests() const { return clerk_.requests; }
  [[nodiscard]] const std::vector<double>& progress() const { return client_.reported; }
  // What the client answers to the question of that key (Call::ask and its siblings): the whole result.
  void client_answers(std::string key, json::Value result) { client_.answers[std::move(key)] = std::move(result); }

 private:
  struct ScriptedServer : mcp::Upstream {
    std::map<std::pair<http::Method, std::string>, mcp::UpstreamResponse> answers;
    std::vector<mcp::UpstreamRequest> requests;

    Task<Result<mcp::UpstreamResponse>> send(const Principal&, mcp::UpstreamRequest request) override {
      requests.push_back(request);
      const auto found = answers.find({request.method, request.path});
      co_return found == answers.end() ? mcp::UpstreamResponse{404, "{}"} : found->second;
    }
  };
  // A client that can do everything, and answers what it was told to.
  struct ScriptedClient : mcp::ClientLink {
    mcp::ClientCapabilities can{.forms = true, .urls = true, .sampling = true, .sampling_tools = true, .roots = true};
    std::vector<double> reported;
    std::map<std::string, json::Value> answers;

    void progress(double done, std::optional<double>, std::string_view) override { reported.push_back(done); }
    void log(mcp::Severity, std::string_view, const json::Value&) override {}
    void set_meta(std::string_view, json::Value) override {}
    Task<void> resource_updated(std::string) override { co_return; }
    Task<Result<json::Value>> request(std::string key, mcp::InputRequest request) override {
      const auto found = answers.find(key);
      if (found == answers.end()) co_return fail(Error::Kind::unavailable, "Nobody answers \"" + key + "\".");
      CO_TRY(request.check(found->second));
      co_return found->second;
    }
    [[nodiscard]] const mcp::ClientCapabilities& capabilities() const override { return can; }
  };

  ManualClock clock_;
  ScriptedServer app_, clerk_;
  ScriptedClient client_;
  mcp::Call call_;
};

}  // namespace postern::testing
