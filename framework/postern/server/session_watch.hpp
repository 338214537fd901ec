// The app's API, watched for the moment when Clerk says that the user's session has ended: then the connection is
// revoked at once, so that the next request is told to sign in again (clerk.md 6.2 row 10).
#pragma once

#include "postern/mcp/upstream.hpp"
#include "postern/oauth/authorization_server.hpp"

namespace postern::server {

class SessionWatch : public mcp::Upstream {
 public:
  // Both outlive it.
  SessionWatch(mcp::Upstream& app_api, oauth::AuthorizationServer& oauth) : app_api_(app_api), oauth_(oauth) {}

  Task<Result<mcp::UpstreamResponse>> send(const Principal& caller, mcp::UpstreamRequest request) override {
    auto response = co_await app_api_.send(caller, std::move(request));
    if (!response && response.error().kind == Error::Kind::unauthorized && !caller.grant_id.empty()) {
      // If the store cannot be written the tool still fails, and the refresh finds the dead session.
      (void)co_await oauth_.revoke_grant(caller.grant_id, "session_ended");
    }
    co_return response;
  }

 private:
  mcp::Upstream& app_api_;
  oauth::AuthorizationServer& oauth_;
};

}  // namespace postern::server
