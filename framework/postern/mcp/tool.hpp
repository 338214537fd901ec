// One tool as it was declared: what clients are told of it, who may call it, and how it is started.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/content.hpp"

namespace postern::mcp {

struct Tool {
  // Decodes the arguments (an object) and gives the tool's task, not yet running; an error means that the arguments are
  // wrong.
  using Start = std::function<Result<Task<Result<ToolResult>>>(const json::Value& arguments, Call& call)>;

  enum class Access { signed_in, anyone };

  std::string name;
  std::string description;
  std::string title;
  json::Object input_schema;
  std::optional<json::Object> output_schema;

  // Hints for the client's user; what is not said is not sent (2026-07-28, schema.ts, ToolAnnotations).
  std::optional<bool> read_only;
  std::optional<bool> destructive;
  std::optional<bool> idempotent;
  std::optional<bool> open_world;

  Access access = Access::signed_in;
  std::vector<std::string> scopes;  // all of them are needed
  Start start;
};

// Says more about the tool just declared. Of use only in the statement that declares it.
class ToolBuilder {
 public:
  explicit ToolBuilder(Tool& tool) : tool_(tool) {}

  ToolBuilder& title(std::string title) {
    tool_.title = std::move(title);
    return *this;
  }
  // Changes nothing anywhere.
  ToolBuilder& read_only() {
    tool_.read_only = true;
    return *this;
  }
  // May overwrite or delete something.
  ToolBuilder& destructive() {
    tool_.destructive = true;
    return *this;
  }
  // Only ever adds.
  ToolBuilder& additive() {
    tool_.destructive = false;
    return *this;
  }
  // Twice the same is as good as once.
  ToolBuilder& idempotent() {
    tool_.idempotent = true;
    return *this;
  }
  // Reaches nothing beyond the app itself.
  ToolBuilder& closed_world() {
    tool_.open_world = false;
    return *this;
  }
  // May be called by those who were granted this scope. It must be one of the app's.
  ToolBuilder& needs_scope(std::string scope) {
    tool_.scopes.push_back(std::move(scope));
    return *this;
  }
  // May be called by anybody, signed in or not.
  ToolBuilder& public_tool() {
    tool_.access = Tool::Access::anyone;
    return *this;
  }

 private:
  Tool& tool_;
};

}  // namespace postern::mcp
