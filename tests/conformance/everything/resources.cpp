// Resources, a template, and one that can be watched.
#include <string>

#include "tests/conformance/everything/media.hpp"

namespace everything {

namespace {

Task<Result<std::string>> static_text(mcp::Call&) { co_return "This is the content of the static text resource."; }
Task<Result<mcp::Bytes>> static_binary(mcp::Call&) { co_return mcp::Bytes{red_pixel()}; }
Task<Result<std::string>> watched(mcp::Call&) { co_return "Watched resource content"; }

Task<Result<std::string>> change_watched(mcp::Call& call) {
  co_await call.resource_updated("test://watched-resource");
  co_return "changed";
}

struct ById {
  std::string id;
};
struct Data {
  std::string id;
  bool templateTest = true;
  std::string data;
};
Task<Result<Data>> data_by_id(ById in, mcp::Call&) { co_return Data{in.id, true, "Data for ID: " + in.id}; }

}  // namespace

void add_resources(mcp::App& app) {
  app.resource("test://static-text", "static-text", "A static text.", static_text)
      .title("Static Text Resource")
      .mime_type("text/plain");
  app.resource("test://static-binary", "static-binary", "A static image.", static_binary).mime_type("image/png");
  app.resource("test://watched-resource", "watched-resource", "Can be watched.", watched).mime_type("text/plain");
  app.tool("change_watched_resource", "Tells that the watched resource changed.", change_watched);
  app.resource_template("test://template/{id}/data", "template", "Data by id.", data_by_id)
      .mime_type("application/json");
}

}  // namespace everything
