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

  Start start{};
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
  ToolBuilder& destructive() {
    declared_.destructive = true;
    return *this;
  }
  // Only ever adds.
  ToolBuilder& additive() {
    declared_.destructive = false;
    return *this;
  }
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
  // In place of the schema of the tool's input, for what C++ types do not say (conditions, alternatives). The tool's
  // function still gets its input by the C++ type.
  ToolBuilder& input_schema(json::Object schema) {
    declared_.input_schema = std::move(schema);
    declared_.parameter_headers = find_parameter_headers(declared_.input_schema);
    return *this;
  }
  // Clients repeat the parameter in the header Mcp-Param-<name>, where proxies can read it. So nothing secret.
  ToolBuilder& header(std::string_view name, std::string_view parameter) {
    add_parameter_header(declared_.input_schema, parameter, name);
    declared_.parameter_headers = find_parameter_headers(declared_.input_schema);
    return *this;
  }
};

}  // namespace postern::mcp
