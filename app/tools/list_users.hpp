// The people of the user's organization, from the app's own API: called as the signed-in user, so the app decides whom
// they may see.
#pragma once

#include <string>
#include <vector>

#include "postern/mcp.hpp"

namespace app {

namespace mcp = postern::mcp;

struct User {
  std::string id;
  std::string name;
  std::string email;
};
struct Users {
  std::vector<User> users;
};

inline mcp::Task<mcp::Result<Users>> list_users(mcp::Call& call) {
  co_return co_await call.api().get<Users>("/api/users");
}

}  // namespace app
