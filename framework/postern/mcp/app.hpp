// What an author offers: the server's name, its scopes, tools, prompts and resources, declared once.
//
//   mcp::App app{"acme", "1.0.0"};
//   app.instructions("Orders of the signed-in user.");
//   app.scope("orders:read", "See your orders");
//   app.scope("orders:write", "Change your orders").includes("orders:read");
//   app.tool("search_orders", "Find the user's orders.", search_orders).read_only().needs_scope("orders:read");
//   app.prompt("explain_order", "Explain an order.", explain_order);
//   app.resource("acme://terms", "terms", "The shop's terms.", terms).mime_type("text/markdown");
//   app.resource_template("acme://orders/{number}", "order", "One order.", order).needs_scope("orders:read");
//
// A tool is a function: Task<Result<Out>>(In, Call&), or Task<Result<Out>>(Call&) if it takes nothing. In is a struct:
// its JSON Schema is what clients see, and arguments are checked against the struct before the function runs. Out is a
// struct (which gets a schema too), std::string, Content, std::vector<Content> or ToolResult.
//
// check() tells all mistakes in the declarations, at the start, and the server does not run with any. After that the
// app is constant; every event loop reads the same one, and it outlives them.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "postern/json/bind.hpp"
#include "postern/mcp/page.hpp"
#include "postern/mcp/prompt.hpp"
#include "postern/mcp/resource.hpp"
#include "postern/mcp/tool.hpp"

namespace postern::mcp {

struct Scope {
  std::string name;
  std::string description;  // for the consent page: "See your orders"
  std::vector<std::string> includes{};
};

// Says more about the scope that was just declared.
class ScopeBuilder {
 public:
  explicit ScopeBuilder(Scope& scope) : scope_(scope) {}
  // Who has this scope has that one, too. It must be one of the app's.
  ScopeBuilder& includes(std::string scope) {
    scope_.includes.push_back(std::move(scope));
    return *this;
  }

 private:
  Scope& scope_;
};

namespace detail {

template <class Out>
concept Unstructured = std::is_same_v<Out, ToolResult> || std::is_same_v<Out, std::vector<Content>> ||
                       std::is_constructible_v<Content, Out> || std::is_same_v<Out, std::string>;

template <class Out>
ToolResult to_tool_result(Out out) {
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
PromptResult to_prompt_result(Out out) {
  if constexpr (std::is_same_v<Out, PromptResult>) {
    return out;
  } else if constexpr (std::is_same_v<Out, std::vector<PromptMessage>>) {
    return {.messages = std::move(out)};
  } else if constexpr (std::is_same_v<Out, std::string>) {
    return {.messages = {{Text{std::move(out)}}}};
  } else {
    static_assert(std::is_constructible_v<Content, Out>,
                  "A prompt hands back text, a piece of content, messages, or a PromptResult.");
    return {.messages = {{Content{std::move(out)}}}};
  }
}

template <class Out>
ResourceResult to_resource_result(Out out, const ResourceAddress& address) {
  if constexpr (std::is_same_v<Out, std::vector<ResourceContents>>) {
    return {.contents = std::move(out)};
  } else if constexpr (std::is_same_v<Out, std::string>) {
    return {.contents = {EmbeddedText{address.uri, address.mime_type, std::move(out)}}};
  } else if constexpr (std::is_same_v<Out, Bytes>) {
    return {.contents = {EmbeddedBytes{address.uri, address.mime_type, std::move(out.bytes)}}};
  } else {
    static_assert(json::BoundStruct<Out> || std::is_constructible_v<ResourceContents, Out>,
                  "A resource is text, Bytes, ResourceContents or a list of them, or a struct that becomes JSON.");
    if constexpr (std::is_constructible_v<ResourceContents, Out>) {
      return {.contents = {ResourceContents{std::move(out)}}};
    } else {
      return {.contents = {EmbeddedText{address.uri, address.mime_type, json::encode(out)}}};
    }
  }
}

template <class Out>
Task<Result<ToolResult>> run_tool(Task<Result<Out>> task) {
  CO_TRY(Out out, co_await std::move(task));
  co_return to_tool_result(std::move(out));
}
template <class Out>
Task<Result<PromptResult>> run_prompt(Task<Result<Out>> task) {
  CO_TRY(Out out, co_await std::move(task));
  co_return to_prompt_result(std::move(out));
}
template <class Out>
Task<Result<ResourceResult>> run_resource(Task<Result<Out>> task, ResourceAddress address) {
  CO_TRY(Out out, co_await std::move(task));
  co_return to_resource_result(std::move(out), address);
}

// The schema of what takes nothing (2026-07-28, server/tools, data types).
inline json::Object empty_schema() { return {{"type", "object"}, {"additionalProperties", false}}; }

inline Result<void> refuse_arguments(const json::Value& arguments) {
  if (!arguments.as_object().empty()) return fail(Error::Kind::invalid, "This takes no arguments.");
  return {};
}

}  // namespace detail

struct ResourceMatch {
  const Resource* resource;
  uri::UriTemplate::Values variables;
};

class App {
 public:
  App(std::string name, std::string version) : name_(std::move(name)), version_(std::move(version)) {}

  // The name that people see.
  App& title(std::string title) {
    title_ = std::move(title);
    return *this;
  }
  // One for each size and theme that there is.
  App& icon(Icon icon) {
    icons_.push_back(std::move(icon));
    return *this;
  }
  // What an assistant should know about this server as a whole.
  App& instructions(std::string instructions) {
    instructions_ = std::move(instructions);
    return *this;
  }
  ScopeBuilder scope(std::string name, std::string description) {
    return ScopeBuilder{scopes_.emplace_back(Scope{std::move(name), std::move(description)})};
  }

  template <class In, class Out>
  ToolBuilder tool(std::string name, std::string description, Task<Result<Out>> (*function)(In, Call&)) {
    static_assert(!std::is_reference_v<In>, "A tool takes its input by value: the coroutine must own it.");
    return add_tool<Out>(std::move(name), std::move(description), json::schema<In>(json::UnknownMembers::refuse),
                         [function](const json::Value& arguments, Call& call) -> Result<Task<Result<ToolResult>>> {
                           TRY(In in, json::decode<In>(arguments, json::UnknownMembers::refuse));
                           return detail::run_tool(function(std::move(in), call));
                         });
  }
  template <class Out>
  ToolBuilder tool(std::string name, std::string description, Task<Result<Out>> (*function)(Call&)) {
    return add_tool<Out>(std::move(name), std::move(description), detail::empty_schema(),
                         [function](const json::Value& arguments, Call& call) -> Result<Task<Result<ToolResult>>> {
                           TRY(detail::refuse_arguments(arguments));
                           return detail::run_tool(function(call));
                         });
  }

  // Task<Result<Out>>(In, Call&), or (Call&): see prompt.hpp. Out is std::string, a piece of content, messages or
  // PromptResult.
  template <class In, class Out>
  PromptBuilder prompt(std::string name, std::string description, Task<Result<Out>> (*function)(In, Call&)) {
    static_assert(!std::is_reference_v<In>, "A prompt takes its input by value: the coroutine must own it.");
    return add_prompt(std::move(name), std::move(description), json::schema<In>(json::UnknownMembers::refuse),
                      [function](const json::Value& arguments, Call& call) -> Result<Task<Result<PromptResult>>> {
                        TRY(In in, json::decode<In>(arguments, json::UnknownMembers::refuse));
                        return detail::run_prompt(function(std::move(in), call));
                      });
  }
  template <class Out>
  PromptBuilder prompt(std::string name, std::string description, Task<Result<Out>> (*function)(Call&)) {
    return add_prompt(std::move(name), std::move(description), detail::empty_schema(),
                      [function](const json::Value& arguments, Call& call) -> Result<Task<Result<PromptResult>>> {
                        TRY(detail::refuse_arguments(arguments));
                        return detail::run_prompt(function(call));
                      });
  }

  // Task<Result<Out>>(Call&): see resource.hpp. Out is std::string, Bytes, ResourceContents, a list of them, or a
  // struct.
  template <class Out>
  ResourceBuilder resource(std::string uri, std::string name, std::string description,
                           Task<Result<Out>> (*function)(Call&)) {
    return ResourceBuilder{add_resource(std::move(uri), std::move(name), std::move(description), detail::empty_schema(),
                                        [function](const ResourceAddress& address, const json::Value&,
                                                   Call& call) -> Result<Task<Result<ResourceResult>>> {
                                          return detail::run_resource(function(call), address);
                                        })};
  }
  // Task<Result<Out>>(In, Call&): the members of In are the template's variables.
  template <class In, class Out>
  ResourceBuilder resource_template(std::string uri_template, std::string name, std::string description,
                                    Task<Result<Out>> (*function)(In, Call&)) {
    static_assert(!std::is_reference_v<In>, "A resource takes its variables by value: the coroutine must own them.");
    return ResourceBuilder{add_resource(std::move(uri_template), std::move(name), std::move(description),
                                        json::schema<In>(),
                                        [function](const ResourceAddress& address, const json::Value& variables,
                                                   Call& call) -> Result<Task<Result<ResourceResult>>> {
                                          TRY(In in, json::decode<In>(variables));
                                          return detail::run_resource(function(std::move(in), call), address);
                                        })};
  }

  // A page for the results of tools: see page.hpp.
  PageBuilder page(std::string uri, std::string name, std::string description, std::string html);

  // All that is wrong with the declarations, a sentence a line: names, duplicates, scopes that nobody declared, URI
  // templates, and what contradicts itself or does nothing. Nothing is dropped without a word.
  [[nodiscard]] Result<void> check() const;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& version() const { return version_; }
  [[nodiscard]] const std::string& title() const { return title_; }
  [[nodiscard]] const std::vector<Icon>& icons() const { return icons_; }
  [[nodiscard]] const std::string& instructions() const { return instructions_; }
  [[nodiscard]] const std::deque<Scope>& scopes() const { return scopes_; }
  // All that `scope` includes, also by way of others.
  [[nodiscard]] std::vector<std::string> included_in(const Scope& scope) const;
  [[nodiscard]] const std::deque<Tool>& tools() const { return tools_; }  // in the order of their declaration
  [[nodiscard]] const std::deque<Prompt>& prompts() const { return prompts_; }
  [[nodiscard]] const std::deque<Resource>& resources() const { return resources_; }  // and templates
  [[nodiscard]] const Tool* find_tool(std::string_view name) const;
  [[nodiscard]] const Prompt* find_prompt(std::string_view name) const;
  // The first that fits; one without variables before any template.
  [[nodiscard]] std::optional<ResourceMatch> find_resource(std::string_view uri) const;
  // Every permission, feature and plan that something needs.
  [[nodiscard]] std::vector<std::string> permissions() const { return needed(&Declaration::permissions); }
  [[nodiscard]] std::vector<std::string> features() const { return needed(&Declaration::features); }
  [[nodiscard]] std::vector<std::string> plans() const { return needed(&Declaration::plans); }
  // Some tool's calls can be tasks.
  [[nodiscard]] bool has_tasks() const;
  [[nodiscard]] bool has_pages() const;
  // The lists that are not the same for everybody, by who may see what: "tools", "prompts", "resources".
  [[nodiscard]] std::vector<std::string_view> guarded_lists() const;
  // Something can be used without signing in.
  [[nodiscard]] bool open_to_anyone() const;
  // Some argument or variable can be completed.
  [[nodiscard]] bool has_completers() const;

 private:
  [[nodiscard]] std::vector<std::string> needed(std::vector<std::string> Declaration::* what) const;
  template <class Out>
  ToolBuilder add_tool(std::string name, std::string description, json::Object input_schema, Tool::Start start) {
    Tool& tool = tools_.emplace_back(Tool{{.name = std::move(name), .description = std::move(description)}});
    tool.input_schema = std::move(input_schema);
    if constexpr (!detail::Unstructured<Out>) tool.output_schema = json::schema<Out>();
    tool.start = std::move(start);
    return ToolBuilder{tool};
  }
  PromptBuilder add_prompt(std::string name, std::string description, json::Object input_schema, Prompt::Start start);
  Resource& add_resource(std::string uri, std::string name, std::string description, json::Object variables_schema,
                         Resource::Start start);

  std::string name_;
  std::string version_;
  std::string title_;
  std::vector<Icon> icons_;
  std::string instructions_;
  // Deques: a builder's reference stays good.
  std::deque<Scope> scopes_;
  std::deque<Tool> tools_;
  std::deque<Prompt> prompts_;
  std::deque<Resource> resources_;
};

}  // namespace postern::mcp
