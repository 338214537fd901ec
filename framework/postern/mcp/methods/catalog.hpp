// Everything that is the same for every caller, made once at the start for each revision: the answers of `initialize`,
// `server/discover`, `ping` and the lists, and how the result of any other method ends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/mcp/methods/list_pages.hpp"
#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class Catalog {
 public:
  explicit Catalog(const App& app);

  // -32601 for a method that the revision does not have, or that is not answered from here.
  [[nodiscard]] MethodOutcome answer(Revision revision, std::string_view method, const json::Object& params) const;

  [[nodiscard]] const std::string& initialize(Revision revision) const { return of(revision).initialize; }
  [[nodiscard]] std::string_view result_end(Revision revision) const { return of(revision).result_end; }

 private:
  struct Answers {
    std::string initialize;
    std::string discover;
    ListPages tools;
    ListPages prompts;
    ListPages resources;
    ListPages resource_templates;
    std::string result_end;
  };
  [[nodiscard]] const Answers& of(Revision revision) const { return answers_[static_cast<std::size_t>(revision)]; }

  const App& app_;
  std::vector<Answers> answers_;
};

}  // namespace postern::mcp
