// One tool as it was declared: what clients are told of it, who may call it, and how it is started.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/content.hpp"
#include "postern/mcp/declaration.hpp"
#include "postern/mcp/parameter_header.hpp"

namespace postern::mcp {

enum class TaskSupport { never, may, must };

struct Tool : Declaration {
  // Decodes the arguments (an object) and gives the tool's task, not yet running; an error means that the arguments are
  // wrong.
  using Start = std::function<Result<Task<Result<ToolResult>>>(const json::Value& arguments, Call& call)>;

  json::Object input_schema{};
  std::vector<ParameterHeader> parameter_headers{};  // as input_schema names them
  std::optional<json::Object> output_schema{};

  // Hints for the client's user; what is not said is not sent (2026-07-28, schema.ts, ToolAnnotations).
  std::optional<bool> read_only{};
  std::optional<bool> destructive{};
  std::optional<bool> idempotent{};
  std::optional<bool> open_world{};

  std::string page{};              // that shows its results (page.hpp); empty: none
  bool for_its_page_only = false;  // the model does not see it
  bool on_record = false;          // logged as what changes something is (call_log.hpp)
  bool allows_impersonation = false;
  TaskSupport task_support = TaskSupport::never;
  Start start{};

  // As clients assume of a tool that gives no hints: the schema's defaults.
  [[nodiscard]] bool may_destroy() const { return !read_only.value_or(false) && destructive.value_or(true); }
  // For the user alone, not for somebody who acts as them.
  [[nodiscard]] bool is_for_themselves() const { return may_destroy() && !allows_impersonation; }
};

class ToolBuilder : public Builder<Tool> {
 public:
  using Builder::Builder;

  // Changes nothing anywhere.
  ToolBuilder& read_only() {
    declared_.read_only = true;
    return *this;
  }
  // May overwrite or delete something.
  ToolBuilder& destructive() { return destroys(true); }
  // Only ever adds.
  ToolBuilder& additive() { return destroys(false); }
  // Twice the same is as good as once.
  ToolBuilder& idempotent() {
    declared_.idempotent = true;
    return *this;
  }
  // Reaches nothing beyond the app itself.
  ToolBuilder& closed_world() {
    declared_.open_world = false;
    return *this;
  }
  // A call that takes long is answered with a task, if the client knows what that is: it asks for the outcome later.
  ToolBuilder& may_become_task() { return supports(TaskSupport::may); }
  // Every call becomes a task. A client that does not know tasks cannot call it.
  ToolBuilder& must_become_task() { return supports(TaskSupport::must); }
  // Clients that can show pages show this one with the result (page.hpp).
  ToolBuilder& shows(std::string page_uri) {
    declared_.page = std::move(page_uri);
    return *this;
  }
  // Though it is read-only, each call is in the audit log before it runs, with a digest of its arguments. So are those
  // of any other tool, without this.
  ToolBuilder& on_record() {
    declared_.on_record = true;
    return *this;
  }
  // Though it may destroy something, somebody who acts as the user may call it too (docs/decisions/0016): support
  // staff, or an agent, in a session of Clerk's that says so.
  ToolBuilder& allows_impersonation() {
    declared_.allows_impersonation = true;
    return *this;
  }
  // Its page calls it; the model does not.
  ToolBuilder& for_its_page() {
    declared_.for_its_page_only = true;
    return *this;
  }
  // What clients are told in place of the schema of the tool's input, for what C++ types do not say (conditions,
  // alternatives). The arguments are still checked against the C++ type alone: what else this schema demands, the
  // function checks itself.
  ToolBuilder& input_schema(json::Object schema) {
    const auto headers = std::move(declared_.parameter_headers);
    declared_.input_schema = std::move(schema);
    for (const ParameterHeader& header : headers) {
      if (header.path.size() == 1) add_parameter_header(declared_.input_schema, header.path.front(), header.name);
    }
    declared_.parameter_headers = find_parameter_headers(declared_.input_schema);
    return *this;
  }
  // Clients repeat the parameter in the header Mcp-Param-<name>, where proxies can read it. So nothing secret.
  ToolBuilder& header(std::string_view name, std::string_view parameter) {
    add_parameter_header(declared_.input_schema, parameter, name);
    declared_.parameter_headers = find_parameter_headers(declared_.input_schema);
    return *this;
  }

 private:
  ToolBuilder& destroys(bool destroys) {
    if (declared_.destructive.value_or(destroys) != destroys) mistake("is both destructive and additive");
    declared_.destructive = destroys;
    return *this;
  }
  ToolBuilder& supports(TaskSupport support) {
    if (declared_.task_support != TaskSupport::never && declared_.task_support != support)
      mistake("both may and must become a task");
    declared_.task_support = support;
    return *this;
  }
};

}  // namespace postern::mcp
