#include "postern/mcp/parameter_header.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/http/headers.hpp"
#include "postern/http/token.hpp"

namespace postern::mcp {

namespace {

constexpr std::string_view annotation = "x-mcp-header";

const json::Object* find_properties(const json::Object& schema) {
  const json::Value* properties = json::find(schema, "properties");
  return properties ? properties->if_object() : nullptr;
}

void collect(const json::Object& schema, std::vector<std::string>& path, std::vector<ParameterHeader>& found) {
  const json::Object* properties = find_properties(schema);
  if (!properties) return;
  for (const auto& [name, value] : *properties) {
    const json::Object* property = value.if_object();
    if (!property) continue;
    path.emplace_back(name);
    if (property->contains(annotation)) {
      found.push_back({std::string{json::find_string(*property, annotation).value_or("")}, path});
    }
    collect(*property, path, found);
    path.pop_back();
  }
}

// Anywhere, also where it must not be. (A property may be called so itself: that is no annotation.)
std::size_t count_annotations(const json::Value& value, bool names_properties = false) {
  std::size_t count = 0;
  if (const json::Object* object = value.if_object()) {
    for (const auto& [name, member] : *object) {
      count += (name == annotation && !names_properties ? 1 : 0) + count_annotations(member, name == "properties");
    }
  } else if (const json::Array* array = value.if_array()) {
    for (const json::Value& element : *array) count += count_annotations(element);
  }
  return count;
}

const json::Object& property_at(const json::Object& schema, const std::vector<std::string>& path) {
  const json::Object* at = &schema;
  for (const std::string& name : path) at = &find_properties(*at)->at(name).as_object();
  return *at;
}

}  // namespace

std::vector<ParameterHeader> find_parameter_headers(const json::Object& schema) {
  std::vector<ParameterHeader> found;
  std::vector<std::string> path;
  collect(schema, path, found);
  return found;
}

void add_parameter_header(json::Object& schema, std::string_view parameter, std::string_view name) {
  json::Value& properties = schema["properties"];
  if (!properties.is_object()) properties.emplace_object();
  json::Value& property = properties.as_object()[parameter];
  if (!property.is_object()) property.emplace_object();
  property.as_object()[annotation] = name;
}

Result<void> check_parameter_headers(const json::Object& schema) {
  const auto headers = find_parameter_headers(schema);
  if (headers.size() != count_annotations(json::Value(schema))) {
    return fail(Error::Kind::invalid, "x-mcp-header may only stand in what is reached by properties alone");
  }
  auto is_same = [](const std::string& a, const std::string& b) { return http::equal_ignoring_case(a, b); };
  for (auto header = headers.begin(); header != headers.end(); ++header) {
    if (!http::is_token(header->name)) {
      return fail(Error::Kind::invalid, concat("\"", header->name, "\" cannot be part of a header's name"));
    }
    if (std::any_of(headers.begin(), header, [&](const auto& other) { return is_same(other.name, header->name); })) {
      return fail(Error::Kind::invalid, concat("the header \"", header->name, "\" is there twice"));
    }
    const auto type = json::find_string(property_at(schema, header->path), "type");
    if (type != "string" && type != "integer" && type != "boolean") {
      return fail(Error::Kind::invalid,
                  concat("\"", header->path.back(),
                         "\" is no text, integer or boolean of this tool, so it cannot be a header"));
    }
  }
  return {};
}

}  // namespace postern::mcp
