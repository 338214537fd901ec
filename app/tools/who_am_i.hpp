// Tells who is signed in. The smallest useful tool: copy this file to add your own.
#pragma once

#include <string>
#include <vector>

#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct Me {
  std::string user_id;
  std::string session_id;
  std::string client_id;
  std::vector<std::string> scopes;
};

inline mcp::Task<mcp::Result<Me>> who_am_i(mcp::Call& call) {
  const mcp::Principal& user = call.user();
  co_return Me{user.user_id, user.session_id, user.client_id, user.scopes};
}

}  // namespace app
