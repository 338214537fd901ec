// What is written once at the start, for each revision: the answers of `initialize` and `server/discover`, what the
// lists have to choose from, and how the result of any other method ends.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/mcp/methods/declared_list.hpp"
#include "postern/mcp/methods/method.hpp"

namespace postern::mcp {

class Catalog {
 public:
  // `changing_lists`: of which clients will be told (App::guarded_lists()).
  Catalog(const App& app, const std::vector<std::string_view>& changing_lists);

  // -32601 for a method that the revision does not have, or that is not answered from here.
  [[nodiscard]] MethodOutcome answer(Revision revision, std::string_view method, const json::Object& params,
                                     const Principal* caller) const;

  [[nodiscard]] const std::string& initialize(Revision revision) const { return of(revision).initialize; }
  [[nodiscard]] std::string_view result_end(Revision revision) const { return of(revision).result_end; }

 private:
  struct Answers {
    std::string initialize;
    std::string discover;
    DeclaredList tools;
    DeclaredList prompts;
    DeclaredList resources;
    DeclaredList resource_templates;
    std::string result_end;
  };
  [[nodiscard]] const Answers& of(Revision revision) const { return answers_[static_cast<std::size_t>(revision)]; }

  const App& app_;
  std::vector<Answers> answers_;
};

}  // namespace postern::mcp
