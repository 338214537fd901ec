#include "postern/mcp/app.hpp"

#include <algorithm>
#include <set>

namespace postern::mcp {

namespace {

template <class Declared>
bool any_open(const std::deque<Declared>& declared) {
  return std::ranges::any_of(declared, &Declared::open_to_anyone);
}

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
  Resource& resource = resources_.emplace_back(
      Resource{{.name = std::move(name), .description = std::move(description)}, parsed.value_or(uri::UriTemplate{})});
  if (!parsed) resource.uri_mistake = std::move(parsed).error().message;
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
