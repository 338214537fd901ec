// What not everybody may see: by role and by permission in the organization that a person signed in for, and by what
// their plans include.
#include <string>
#include <vector>

#include "tests/conformance/everything/everything.hpp"

namespace everything {

namespace {

struct Place {
  std::string organization_id;
  std::string role;
  std::vector<std::string> permissions;
};
Task<Result<Place>> place(mcp::Call& call) {
  const mcp::Principal& user = call.user();
  co_return Place{user.organization_id, user.role, user.permissions};
}

struct RoleChange {
  std::string role;
};
// By Clerk, whose webhook then tells the server: an admin becomes a member, a member an admin.
Task<Result<std::string>> change_role(mcp::Call& call) {
  const mcp::Principal& user = call.user();
  const RoleChange change{user.role == "org:admin" ? "org:member" : "org:admin"};
  const std::string membership = mcp::path("/v1/organizations/{}/memberships/{}", user.organization_id, user.user_id);
  CO_TRY(const auto changed, co_await call.clerk().patch<RoleChange>(membership, change));
  co_return "You are " + changed.role + " now.";
}

Task<Result<std::string>> greeting(mcp::Call&) { co_return "Hello, admin."; }

}  // namespace

void add_access(mcp::App& app) {
  app.tool("for_admins", "Tells where an admin is.", place).read_only().needs_role("org:admin");
  app.prompt("for_admins", "Greets an admin.", greeting).needs_role("org:admin");
  app.tool("test_trigger_tool_change", "Gives its caller another role, so other tools.", change_role);
  app.tool("test_trigger_prompt_change", "Gives its caller another role, so other prompts.", change_role);
  app.tool("for_readers", "Tells where somebody is who may see the members.", place)
      .read_only()
      .needs_permission("org:sys_memberships:read");
  app.tool("for_managers", "Tells where somebody is who may change orders.", place)
      .read_only()
      .needs_permission("org:orders:manage");
  app.tool("for_exporters", "Tells where somebody is whose plan has it.", place).read_only().needs_feature("export");
  app.tool("for_pro", "Tells where somebody is whose organization is on that plan.", place)
      .read_only()
      .needs_plan("org:pro");
}

}  // namespace everything
