// The server that the official conformance suite asks for: every feature of the protocol once, under the names that its
// scenarios expect. It is written with the public API alone and takes the place of app/app.cpp.
#include "tests/conformance/everything/everything.hpp"

#include "app/app.hpp"

namespace app {

postern::mcp::App make_app() {
  postern::mcp::App app{"everything", "1.0.0"};
  app.scope("everything", "Use everything");
  everything::add_content(app);
  everything::add_reports(app);
  everything::add_questions(app);
  everything::add_tasks(app);
  everything::add_resources(app);
  everything::add_prompts(app);
  everything::add_access(app);
  return app;
}

}  // namespace app
