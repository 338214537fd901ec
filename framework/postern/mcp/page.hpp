// A page that a client shows for a tool: the extension MCP Apps, io.modelcontextprotocol/ui (2026-01-26).
//
//   app.page("ui://acme/orders", "orders", "Shows orders.", orders_html);
//   app.tool("search_orders", "Find the user's orders.", search_orders).shows("ui://acme/orders");
//
// The page is one HTML document, the same for everybody: it gets the tool's result from the client, by messages, and
// may call tools in turn. The client shows it in a sandbox that reaches nothing but what the page is declared to need.
// A client that knows no pages shows the result as that of any other tool.
#pragma once

#include <string>
#include <utility>

#include "postern/json/value.hpp"
#include "postern/mcp/resource.hpp"

namespace postern::mcp {

inline constexpr std::string_view page_mime_type = "text/html;profile=mcp-app";
[[nodiscard]] inline bool is_page(const Resource& resource) { return resource.mime_type == page_mime_type; }

class PageBuilder : public Builder<Resource> {
 public:
  using Builder::Builder;

  // Origins that its scripts may talk to: "https://api.acme.test".
  PageBuilder& connects_to(std::string origin) { return allow("connectDomains", std::move(origin)); }
  // Origins that its scripts, styles, pictures and fonts may come from.
  PageBuilder& loads_from(std::string origin) { return allow("resourceDomains", std::move(origin)); }
  // Origins that may be framed in it.
  PageBuilder& frames(std::string origin) { return allow("frameDomains", std::move(origin)); }
  // Whether the client should draw a border and a background around it.
  PageBuilder& border(bool wanted) {
    ui()["prefersBorder"] = wanted;
    return *this;
  }
  // A member of the extension's UIResourceMeta that has no function here: "permissions", "domain".
  PageBuilder& more(std::string_view name, json::Value value) {
    ui()[name] = std::move(value);
    return *this;
  }

 private:
  [[nodiscard]] json::Object& ui() { return object_at(declared_.meta, "ui"); }
  PageBuilder& allow(std::string_view kind, std::string origin) {
    json::Value& origins = object_at(ui(), "csp")[kind];
    if (!origins.is_array()) origins.emplace_array();
    origins.as_array().emplace_back(std::move(origin));
    return *this;
  }
  static json::Object& object_at(json::Object& parent, std::string_view name) {
    json::Value& member = parent[name];
    return member.is_object() ? member.as_object() : member.emplace_object();
  }
};

}  // namespace postern::mcp
