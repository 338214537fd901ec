// A resource, or a family of them by a URI template, as it was declared (2026-07-28, server/resources).
//
//   Task<Result<std::string>> terms(Call& call);                       // its text
//   app.resource("acme://terms", "terms", "The shop's terms.", terms).mime_type("text/markdown");
//
//   struct OrderUri { std::string number; };                           // the template's variables
//   Task<Result<std::string>> order(OrderUri in, Call& call);
//   app.resource_template("acme://orders/{number}", "order", "One order.", order).mime_type("application/json");
//
// A function that finds nothing under a URI fails with Error::Kind::not_found.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/json/value.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/completion.hpp"
#include "postern/mcp/content.hpp"
#include "postern/mcp/declaration.hpp"
#include "postern/uri/uri_template.hpp"

namespace postern::mcp {

struct ResourceResult {
  std::vector<ResourceContents> contents;
};

struct Resource : Declaration {
  // `variables`: the template's, as an object of strings. As Tool::Start for the rest.
  using Start = std::function<Result<Task<Result<ResourceResult>>>(const ResourceAddress& address,
                                                                   const json::Value& variables, Call& call)>;

  uri::UriTemplate uri;       // without variables: one resource
  std::string uri_mistake{};  // what was declared is no URI and no template: App::check() tells it
  std::string mime_type{};
  Duration fresh_for{};  // how long a client may keep what it read
  json::Object variables_schema{};
  Completers completers{};
  json::Object meta{};  // of itself, and of each of its contents
  Start start{};
};

class ResourceBuilder : public Builder<Resource> {
 public:
  using Builder::Builder;

  // Of all its contents, unless the function says otherwise.
  ResourceBuilder& mime_type(std::string type) {
    declared_.mime_type = std::move(type);
    return *this;
  }
  // How long a client may keep it; not at all if this is not said.
  ResourceBuilder& fresh_for(Duration duration) {
    declared_.fresh_for = duration;
    return *this;
  }
  // For a variable of a template.
  ResourceBuilder& complete(std::string variable, Completer completer) {
    declared_.completers.insert_or_assign(std::move(variable), std::move(completer));
    return *this;
  }
};

}  // namespace postern::mcp
