// What an author offers: the server's name, its scopes and its tools, declared once.
//
//   mcp::App app{"acme", "1.0.0"};
//   app.instructions("Orders of the signed-in user.");
//   app.scope("orders:read", "See your orders");
//   app.tool("search_orders", "Find the user's orders.", search_orders).read_only().needs_scope("orders:read");
//
// A tool is a function: Task<Result<Out>>(In, Call&), or Task<Result<Out>>(Call&) if it takes nothing. In is a struct:
// its JSON Schema is what clients see, and arguments are checked against it before the function runs. Out is a struct
// (which gets a schema too), std::string, Content, std::vector<Content> or ToolResult.
//
// Mistakes in a declaration are collected and told by check(), at the start. After that the app is constant; every
// event loop reads the same one, and it outlives them.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "postern/json/bind.hpp"
#include "postern/mcp/tool.hpp"

namespace postern::mcp {

struct Scope {
  std::string name;
  std::string description;  // for the consent page: "See your orders"
};

namespace detail {

template <class Out>
concept Unstructured = std::is_same_v<Out, ToolResult> || std::is_same_v<Out, std::vector<Content>> ||
                       std::is_constructible_v<Content, Out> || std::is_same_v<Out, std::string>;

template <class Out>
ToolResult to_result(Out out) {
  if constexpr (std::is_same_v<Out, ToolResult>) {
    return out;
  } else if constexpr (std::is_same_v<Out, std::vector<Content>>) {
    return {.content = std::move(out)};
  } else if constexpr (std::is_same_v<Out, std::string>) {
    return {.content = {Text{std::move(out)}}};
  } else if constexpr (Unstructured<Out>) {
    return {.content = {Content{std::move(out)}}};
  } else {
    static_assert(json::BoundStruct<Out> || json::BoundMap<Out> || std::is_same_v<Out, json::Object>,
                  "What a tool hands back is an object to clients: wrap it in a struct.");
    return {.structured = json::encode(out)};
  }
}

template <class Out>
Task<Result<ToolResult>> run_to_result(Task<Result<Out>> task) {
  CO_TRY(Out out, co_await std::move(task));
  co_return to_result(std::move(out));
}

// The schema of a tool that takes nothing (2026-07-28, server/tools, data types).
inline json::Object empty_schema() { return {{"type", "object"}, {"additionalProperties", false}}; }

}  // namespace detail

class App {
 public:
  App(std::string name, std::string version) : name_(std::move(name)), version_(std::move(version)) {}

  // The name that people see.
  App& title(std::string title) {
    title_ = std::move(title);
    return *this;
  }
  // What an assistant should know about this server as a whole.
  App& instructions(std::string instructions) {
    instructions_ = std::move(instructions);
    return *this;
  }
  App& scope(std::string name, std::string description) {
    scopes_.push_back({std::move(name), std::move(description)});
    return *this;
  }

  template <class In, class Out>
  ToolBuilder tool(std::string name, std::string description, Task<Result<Out>> (*function)(In, Call&)) {
    static_assert(!std::is_reference_v<In>, "A tool takes its input by value: the coroutine must own it.");
    return add<Out>(std::move(name), std::move(description), json::schema<In>(json::UnknownMembers::refuse),
                    [function](const json::Value& arguments, Call& call) -> Result<Task<Result<ToolResult>>> {
                      TRY(In in, json::decode<In>(arguments, json::UnknownMembers::refuse));
                      return detail::run_to_result(function(std::move(in), call));
                    });
  }
  template <class Out>
  ToolBuilder tool(std::string name, std::string description, Task<Result<Out>> (*function)(Call&)) {
    return add<Out>(std::move(name), std::move(description), detail::empty_schema(),
                    [function](const json::Value& arguments, Call& call) -> Result<Task<Result<ToolResult>>> {
                      if (!arguments.as_object().empty())
                        return fail(Error::Kind::invalid, "This tool takes no arguments.");
                      return detail::run_to_result(function(call));
                    });
  }

  // What is wrong with the declarations, if anything is: names, duplicates, scopes that nobody declared.
  [[nodiscard]] Result<void> check() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::string& instructions() const { return instructions_; }
  [[nodiscard]] const std::vector<Scope>& scopes() const { return scopes_; }
  [[nodiscard]] const std::deque<Tool>& tools() const { return tools_; }  // in the order of their declaration
  [[nodiscard]] const Tool* find_tool(std::string_view name) const;

 private:
  template <class Out>
  ToolBuilder add(std::string name, std::string description, json::Object input_schema, Tool::Start start) {
    Tool& tool = tools_.emplace_back(Tool{.name = std::move(name),
                                          .description = std::move(description),
                                          .input_schema = std::move(input_schema),
                                          .start = std::move(start)});
    if constexpr (!detail::Unstructured<Out>) tool.output_schema = json::schema<Out>();
    return ToolBuilder{tool};
  }

  std::string name_;
  std::string version_;
  std::string title_;
  std::string instructions_;
  std::vector<Scope> scopes_;
  std::deque<Tool> tools_;  // a deque: a builder's reference stays good
};

}  // namespace postern::mcp
