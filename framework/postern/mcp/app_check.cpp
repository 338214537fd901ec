// App::check(): every rule for what an app may declare.
#include <algorithm>
#include <set>

#include "postern/base/concat.hpp"
#include "postern/mcp/app.hpp"

namespace postern::mcp {

namespace {

using Names = std::set<std::string_view>;

// A sentence each.
class Problems {
 public:
  void add(auto&&... pieces) { text_ += concat(text_.empty() ? "" : "\n", pieces...); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// 2026-07-28, server/tools, tool names.
bool is_tool_name(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 128 && std::ranges::all_of(name, allowed);
}

// scope-token of RFC 6749 sec. 3.3.
bool is_scope_name(std::string_view name) {
  auto allowed = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
  return !name.empty() && std::ranges::all_of(name, allowed);
}

// Clerk's keys, "org:admin" and "org:orders:manage": as many colons as `colons`, and something between them.
bool is_organization_key(std::string_view key, int colons) {
  return key.starts_with("org:") && std::ranges::count(key, ':') == colons && !key.contains("::") &&
         !key.ends_with(':') && is_scope_name(key);
}

// A feature's or a plan's key at Clerk, by itself or with whose it is.
bool is_entitlement_key(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon != key.npos && key.substr(0, colon) != "org" && key.substr(0, colon) != "user") return false;
  const std::string_view name = key.substr(colon + 1);
  return is_scope_name(name) && !name.contains(':') && !name.contains(',');
}

// scheme ":" of RFC 3986 sec. 3.1.
bool is_absolute_uri(std::string_view uri) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  const std::size_t colon = uri.find(':');
  return colon != std::string_view::npos && colon > 0 && is_letter(uri.front()) &&
         std::ranges::all_of(uri.substr(0, colon), allowed);
}

Names check_scopes(const App& app, Problems& problems) {
  Names names;
  for (const Scope& scope : app.scopes()) {
    if (!is_scope_name(scope.name)) problems.add("\"", scope.name, "\" is no name for a scope.");
    if (!names.insert(scope.name).second) problems.add("The scope \"", scope.name, "\" is declared twice.");
  }
  for (const Scope& scope : app.scopes()) {
    if (std::ranges::contains(app.included_in(scope), scope.name))
      problems.add("The scope \"", scope.name, "\" includes itself.");
    for (const std::string& included : scope.includes) {
      if (!names.contains(included))
        problems.add("The scope \"", scope.name, "\" includes \"", included, "\", which is no scope of the app.");
    }
  }
  return names;
}

// Others are to be refused by clients (2026-07-28, basic/index, icons).
void check_icons(std::string_view what, const std::vector<Icon>& icons, Problems& problems) {
  for (const Icon& icon : icons) {
    if (!icon.src.starts_with("https://") && !icon.src.starts_with("data:"))
      problems.add(what, " has an icon that is neither https: nor data:.");
    if (!icon.theme.empty() && icon.theme != "light" && icon.theme != "dark")
      problems.add(what, " has an icon for a theme that is neither light nor dark.");
  }
}

void check_declaration(std::string_view what, const Declaration& declared, const Names& scopes, Problems& problems) {
  for (const std::string& mistake : declared.mistakes) problems.add(what, " ", mistake, ".");
  if (declared.open_to_anyone && (!declared.scopes.empty() || declared.is_guarded())) {
    problems.add(what, " can be used without signing in, so it cannot need anything that somebody signed in may have.");
  }
  check_icons(what, declared.icons, problems);
  for (const std::string& permission : declared.permissions) {
    if (!is_organization_key(permission, 2))
      problems.add(what, " needs the permission \"", permission, "\", which is no org:<feature>:<permission>.");
  }
  if (!declared.role.empty() && !is_organization_key(declared.role, 1))
    problems.add(what, " needs the role \"", declared.role, "\", which is no org:<role>.");
  for (const auto* entitlements : {&declared.features, &declared.plans}) {
    for (const std::string& each : *entitlements) {
      if (!is_entitlement_key(each)) {
        problems.add(what, " needs the feature or plan \"", each, "\", which is no <name>, org:<name> or user:<name>.");
      }
    }
  }
  for (const std::string& scope : declared.scopes) {
    if (!scopes.contains(scope))
      problems.add(what, " needs the scope \"", scope, "\", which the app does not declare.");
  }
}

// A completer for something that is not there would never be asked.
void check_completers(std::string_view what, const Completers& completers, const json::Object& schema,
                      Problems& problems) {
  const json::Value* properties = json::find(schema, "properties");
  for (const auto& [argument, completer] : completers) {
    if (!properties || !json::find(*properties, argument))
      problems.add(what, " has no \"", argument, "\" to complete.");
  }
}

// What one word says must not be void because of another.
void check_hints(std::string_view what, const Tool& tool, Problems& problems) {
  const bool read_only = tool.read_only.value_or(false);
  if (read_only && tool.destructive) problems.add(what, " is read-only, so it is neither destructive nor additive.");
  if (tool.on_record && !read_only) problems.add(what, " is on record anyway, for it is not read-only.");
  if (tool.allows_impersonation && !tool.may_destroy()) {
    problems.add(what,
                 " destroys nothing, so somebody who acts as the user may call it anyway: leave out "
                 "allows_impersonation().");
  }
  if (tool.open_to_anyone && tool.task_support == TaskSupport::must)
    problems.add(what, " always becomes a task, which needs somebody whose it is.");
}

void check_tool(const App& app, const Tool& tool, const Names& scopes, Problems& problems) {
  const std::string what = concat("The tool \"", tool.name, "\"");
  if (!is_tool_name(tool.name)) problems.add(what, " needs a name of 1 to 128 letters, digits, '_', '-' or '.'.");
  check_declaration(what, tool, scopes, problems);
  check_hints(what, tool, problems);
  if (const auto checked = check_parameter_headers(tool.input_schema); !checked)
    problems.add(what, ": ", checked.error().message, ".");
  if (!tool.page.empty() || tool.for_its_page_only) {
    const auto found = app.find_resource(tool.page);
    if (!found || !is_page(*found->resource))
      problems.add(what, " shows \"", tool.page, "\", which is no page of the app.");
  }
}

// Each variable is a member of the function's input, and each member that must be there is a variable.
void check_variables(std::string_view what, const Resource& resource, Problems& problems) {
  const std::vector<std::string> variables = resource.uri.variables();
  const json::Value* properties = json::find(resource.variables_schema, "properties");
  for (const std::string& name : variables) {
    if (!properties || !json::find(*properties, name))
      problems.add(what, " has a variable \"", name, "\", which its function does not take.");
  }
  const json::Value* required = json::find(resource.variables_schema, "required");
  for (const json::Value& value : required ? required->as_array() : json::Array{}) {
    const std::string_view name = value.as_string();
    if (!std::ranges::contains(variables, name))
      problems.add(what, " has no variable \"", name, "\", which its function needs.");
  }
}

void check_resource(const Resource& resource, const Names& scopes, Problems& problems) {
  const std::string_view uri = resource.uri.text();
  const std::string what = concat("The resource \"", uri.empty() ? resource.name : uri, "\"");
  check_declaration(what, resource, scopes, problems);
  if (!resource.uri_mistake.empty()) return problems.add(resource.uri_mistake);
  if (!is_absolute_uri(uri)) problems.add(what, " needs a URI with a scheme, such as acme://orders.");
  if (is_page(resource) && !uri.starts_with("ui://")) problems.add(what, " is a page, so its URI begins with ui://.");
  check_variables(what, resource, problems);
  check_completers(what, resource.completers, resource.variables_schema, problems);
}

}  // namespace

Result<void> App::check() const {
  Problems problems;
  const Names scopes = check_scopes(*this, problems);
  check_icons("The app", icons_, problems);
  Names names;
  const auto meet = [&](std::string_view kind, std::string_view name) {
    if (!names.insert(name).second) problems.add("The ", kind, " \"", name, "\" is declared twice.");
  };
  for (const Tool& tool : tools_) {
    meet("tool", tool.name);
    check_tool(*this, tool, scopes, problems);
  }
  names.clear();
  for (const Prompt& prompt : prompts_) {
    const std::string what = concat("The prompt \"", prompt.name, "\"");
    if (prompt.name.empty()) problems.add("A prompt needs a name.");
    meet("prompt", prompt.name);
    check_declaration(what, prompt, scopes, problems);
    check_completers(what, prompt.completers, prompt.input_schema, problems);
  }
  names.clear();
  for (const Resource& resource : resources_) {
    if (resource.uri_mistake.empty()) meet("resource", resource.uri.text());
    check_resource(resource, scopes, problems);
  }
  if (problems.text().empty()) return {};
  return fail(Error::Kind::invalid, problems.text());
}

}  // namespace postern::mcp
