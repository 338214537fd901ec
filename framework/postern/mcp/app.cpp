#include "postern/mcp/app.hpp"

#include <algorithm>
#include <set>

#include "postern/base/concat.hpp"

namespace postern::mcp {

namespace {

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

template <class Declared>
bool any_open(const std::deque<Declared>& declared) {
  return std::ranges::any_of(declared, &Declared::open_to_anyone);
}

// Others are to be refused by clients (2026-07-28, basic/index, icons).
Result<void> check_icons(const std::string& what, const std::vector<Icon>& icons) {
  for (const Icon& icon : icons) {
    if (!icon.src.starts_with("https://") && !icon.src.starts_with("data:")) {
      return fail(Error::Kind::invalid, what + " has an icon that is neither https: nor data:.");
    }
    if (!icon.theme.empty() && icon.theme != "light" && icon.theme != "dark") {
      return fail(Error::Kind::invalid, what + " has an icon for a theme that is neither light nor dark.");
    }
  }
  return {};
}

Result<void> check_headers(const std::string& what, const Tool& tool) {
  if (const auto checked = check_parameter_headers(tool.input_schema); !checked) {
    return fail(Error::Kind::invalid, concat(what, ": ", checked.error().message, "."));
  }
  return {};
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

Result<void> check_declaration(const std::string& what, const Declaration& declaration,
                               const std::set<std::string_view>& scope_names) {
  if (declaration.open_to_anyone && (!declaration.scopes.empty() || declaration.is_guarded())) {
    return fail(Error::Kind::invalid,
                what + " can be used without signing in, so it cannot need anything that somebody signed in may have.");
  }
  TRY(check_icons(what, declaration.icons));
  for (const std::string& permission : declaration.permissions) {
    if (!is_organization_key(permission, 2)) {
      return fail(Error::Kind::invalid,
                  concat(what, " needs the permission \"", permission, "\", which is no org:<feature>:<permission>."));
    }
  }
  if (!declaration.role.empty() && !is_organization_key(declaration.role, 1)) {
    return fail(Error::Kind::invalid,
                concat(what, " needs the role \"", declaration.role, "\", which is no org:<role>."));
  }
  for (const auto* entitlements : {&declaration.features, &declaration.plans}) {
    for (const std::string& each : *entitlements) {
      if (is_entitlement_key(each)) continue;
      return fail(Error::Kind::invalid, concat(what, " needs the feature or plan \"", each,
                                               "\", which is no <name>, org:<name> or user:<name>."));
    }
  }
  for (const std::string& scope : declaration.scopes) {
    if (!scope_names.contains(scope)) {
      return fail(Error::Kind::invalid,
                  concat(what, " needs the scope \"", scope, "\", which the app does not declare."));
    }
  }
  return {};
}

// scheme ":" of RFC 3986 sec. 3.1.
bool is_absolute_uri(std::string_view uri) {
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  auto allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; };
  const std::size_t colon = uri.find(':');
  return colon != std::string_view::npos && colon > 0 && is_letter(uri.front()) &&
         std::ranges::all_of(uri.substr(0, colon), allowed);
}

// Each variable is a member of the function's input, and each member that must be there is a variable.
Result<void> check_variables(const std::string& what, const Resource& resource) {
  const std::vector<std::string> variables = resource.uri.variables();
  const json::Value* properties = json::find(resource.variables_schema, "properties");
  for (const std::string& name : variables) {
    if (!properties || !json::find(*properties, name)) {
      return fail(Error::Kind::invalid,
                  concat(what, " has a variable \"", name, "\", which its function does not take."));
    }
  }
  const json::Value* required = json::find(resource.variables_schema, "required");
  for (const json::Value& name : required ? required->as_array() : json::Array{}) {
    if (!std::ranges::contains(variables, std::string_view{name.as_string()})) {
      return fail(Error::Kind::invalid, concat(what, " has no variable \"", std::string_view{name.as_string()},
                                               "\", which its function needs."));
    }
  }
  return {};
}

// A completer for something that is not there would never be asked.
Result<void> check_completers(const std::string& what, const Completers& completers, const json::Object& schema) {
  const json::Value* properties = json::find(schema, "properties");
  for (const auto& [argument, completer] : completers) {
    if (!properties || !json::find(*properties, argument)) {
      return fail(Error::Kind::invalid, concat(what, " has no \"", argument, "\" to complete."));
    }
  }
  return {};
}

bool is_page(const Resource& resource) { return resource.mime_type == page_mime_type; }

Task<Result<ResourceResult>> show_page(ResourceAddress address, std::string html) {
  co_return ResourceResult{.contents = {EmbeddedText{address.uri, address.mime_type, std::move(html)}}};
}

}  // namespace

PromptBuilder App::add_prompt(std::string name, std::string description, json::Object input_schema,
                              Prompt::Start start) {
  Prompt& prompt = prompts_.emplace_back(Prompt{{.name = std::move(name), .description = std::move(description)}});
  prompt.input_schema = std::move(input_schema);
  prompt.start = std::move(start);
  return PromptBuilder{prompt};
}

Resource& App::add_resource(std::string uri, std::string name, std::string description, json::Object variables_schema,
                            Resource::Start start) {
  auto parsed = uri::UriTemplate::parse(uri);
  if (!parsed) problems_.push_back(parsed.error());
  Resource& resource =
      resources_.emplace_back(Resource{{.name = std::move(name), .description = std::move(description)},
                                       parsed ? *std::move(parsed) : uri::UriTemplate{}});
  resource.variables_schema = std::move(variables_schema);
  resource.start = std::move(start);
  return resource;
}

PageBuilder App::page(std::string uri, std::string name, std::string description, std::string html) {
  Resource& page = add_resource(
      std::move(uri), std::move(name), std::move(description), detail::empty_schema(),
      [html = std::move(html)](const ResourceAddress& address, const json::Value&,
                               Call&) -> Result<Task<Result<ResourceResult>>> { return show_page(address, html); });
  page.mime_type = page_mime_type;
  return PageBuilder{page};
}

Result<void> App::check() const {
  if (!problems_.empty()) return std::unexpected(problems_.front());
  std::set<std::string_view> scope_names;
  for (const Scope& scope : scopes_) {
    if (!is_scope_name(scope.name)) return fail(Error::Kind::invalid, "\"" + scope.name + "\" is no name for a scope.");
    if (!scope_names.insert(scope.name).second) {
      return fail(Error::Kind::invalid, "The scope \"" + scope.name + "\" is declared twice.");
    }
  }
  for (const Scope& scope : scopes_) {
    for (const std::string& included : included_in(scope)) {
      if (included == scope.name)
        return fail(Error::Kind::invalid, concat("The scope \"", scope.name, "\" includes itself."));
      if (!scope_names.contains(included)) {
        return fail(Error::Kind::invalid, concat("The scope \"", scope.name, "\" includes \"", included,
                                                 "\", which is no scope of the app."));
      }
    }
  }
  TRY(check_icons("The app", icons_));
  std::set<std::string_view> names;
  for (const Tool& tool : tools_) {
    const std::string what = "The tool \"" + tool.name + "\"";
    if (!is_tool_name(tool.name)) {
      return fail(Error::Kind::invalid, what + " needs a name of 1 to 128 letters, digits, '_', '-' or '.'.");
    }
    if (!names.insert(tool.name).second) return fail(Error::Kind::invalid, what + " is declared twice.");
    TRY(check_declaration(what, tool, scope_names));
    TRY(check_headers(what, tool));
    if (!tool.page.empty() || tool.for_its_page_only) {
      const auto found = find_resource(tool.page);
      if (!found || !is_page(*found->resource)) {
        return fail(Error::Kind::invalid, concat(what, " shows \"", tool.page, "\", which is no page of the app."));
      }
    }
    if (tool.open_to_anyone && tool.task_support == TaskSupport::must) {
      return fail(Error::Kind::invalid, what + " always becomes a task, which needs somebody whose it is.");
    }
  }
  names.clear();
  for (const Prompt& prompt : prompts_) {
    const std::string what = "The prompt \"" + prompt.name + "\"";
    if (prompt.name.empty()) return fail(Error::Kind::invalid, "A prompt needs a name.");
    if (!names.insert(prompt.name).second) return fail(Error::Kind::invalid, what + " is declared twice.");
    TRY(check_declaration(what, prompt, scope_names));
    TRY(check_completers(what, prompt.completers, prompt.input_schema));
  }
  names.clear();
  for (const Resource& resource : resources_) {
    const std::string what = "The resource \"" + resource.uri.text() + "\"";
    if (!is_absolute_uri(resource.uri.text())) {
      return fail(Error::Kind::invalid, what + " needs a URI with a scheme, such as acme://orders.");
    }
    if (is_page(resource) && !resource.uri.text().starts_with("ui://")) {
      return fail(Error::Kind::invalid, what + " is a page, so its URI begins with ui://.");
    }
    if (!names.insert(resource.uri.text()).second) return fail(Error::Kind::invalid, what + " is declared twice.");
    TRY(check_declaration(what, resource, scope_names));
    TRY(check_variables(what, resource));
    TRY(check_completers(what, resource.completers, resource.variables_schema));
  }
  return {};
}

const Tool* App::find_tool(std::string_view name) const {
  auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

const Prompt* App::find_prompt(std::string_view name) const {
  auto found = std::ranges::find(prompts_, name, &Prompt::name);
  return found == prompts_.end() ? nullptr : &*found;
}

std::optional<ResourceMatch> App::find_resource(std::string_view uri) const {
  for (const bool templates : {false, true}) {
    for (const Resource& resource : resources_) {
      if (resource.uri.has_variables() != templates) continue;
      if (auto values = resource.uri.match(uri)) return ResourceMatch{&resource, *std::move(values)};
    }
  }
  return std::nullopt;
}

std::vector<std::string> App::needed(std::vector<std::string> Declaration::* what) const {
  std::set<std::string> named;
  auto collect = [&](const auto& declared) {
    for (const Declaration& each : declared) named.insert((each.*what).begin(), (each.*what).end());
  };
  collect(tools_), collect(prompts_), collect(resources_);
  return {named.begin(), named.end()};
}

std::vector<std::string> App::included_in(const Scope& scope) const {
  std::vector<std::string> included = scope.includes;
  for (std::size_t i = 0; i < included.size(); ++i) {
    const auto found = std::ranges::find(scopes_, included[i], &Scope::name);
    if (found == scopes_.end()) continue;
    for (const std::string& each : found->includes)
      if (!std::ranges::contains(included, each)) included.push_back(each);
  }
  return included;
}

bool App::open_to_anyone() const { return any_open(tools_) || any_open(prompts_) || any_open(resources_); }

bool App::has_tasks() const {
  return std::ranges::any_of(tools_, [](const Tool& tool) { return tool.task_support != TaskSupport::never; });
}

std::vector<std::string_view> App::guarded_lists() const {
  std::vector<std::string_view> lists;
  const auto add = [&](std::string_view name, const auto& declared) {
    if (std::ranges::any_of(declared, [](const Declaration& each) { return each.is_guarded(); })) lists.push_back(name);
  };
  add("tools", tools_), add("prompts", prompts_), add("resources", resources_);
  return lists;
}

bool App::has_pages() const { return std::ranges::any_of(resources_, is_page); }

bool App::has_completers() const {
  auto has = [](const auto& declared) { return !declared.completers.empty(); };
  return std::ranges::any_of(prompts_, has) || std::ranges::any_of(resources_, has);
}

}  // namespace postern::mcp
