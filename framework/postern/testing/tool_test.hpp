// What a test of one tool needs: somebody who is signed in, and an app that answers as it is told. No socket, no
// network.
//
//   testing::ToolTest test;
//   test.app_answers(http::Method::get, "/api/orders?limit=20", 200, R"({"orders":[]})");
//   auto orders = run_ready(app::search_orders({.limit = 20}, test.call()));
//   CHECK(test.app_requests().size() == 1);
//
// A request that nobody scripted is answered with 404. The call lives as long as the ToolTest.
#pragma once

#include <map>
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
  explicit ToolTest(mcp::Principal user = {.user_id = "user_test",
                                           .session_id = "sess_test",
                                           .organization_id = {},
                                           .client_id = "client_test",
                                           .grant_id = "grant_test",
                                           .scopes = {}})
      : call_(std::move(user), &app_, clock_, progress_) {}

  void app_answers(http::Method method, std::string target, int status, std::string body) {
    app_.answers[{method, std::move(target)}] = {status, std::move(body)};
  }

  [[nodiscard]] mcp::Call& call() { return call_; }
  [[nodiscard]] const std::vector<mcp::UpstreamRequest>& app_requests() const { return app_.requests; }
  [[nodiscard]] const std::vector<double>& progress() const { return progress_.reported; }

 private:
  struct ScriptedApp : mcp::Upstream {
    std::map<std::pair<http::Method, std::string>, mcp::UpstreamResponse> answers;
    std::vector<mcp::UpstreamRequest> requests;

    Task<Result<mcp::UpstreamResponse>> send(const mcp::Principal&, mcp::UpstreamRequest request) override {
      requests.push_back(request);
      const auto found = answers.find({request.method, request.path});
      co_return found == answers.end() ? mcp::UpstreamResponse{404, "{}"} : found->second;
    }
  };
  struct RecordedProgress : mcp::ProgressSink {
    std::vector<double> reported;
    void progress(double done, std::optional<double>, std::string_view) override { reported.push_back(done); }
  };

  ManualClock clock_;
  ScriptedApp app_;
  RecordedProgress progress_;
  mcp::Call call_;
};

}  // namespace postern::testing
