// What everything that an App offers has in common: a name, words for people, and who may use it. And the builder that
// says it:
//
//   app.tool("cancel_order", "Cancel an order.", cancel_order).title("Cancel").needs_scope("orders:write");
//   app.tool("refund", "Give the money back.", refund).needs_permission("org:orders:manage");
//   app.tool("opening_hours", "When the shop is open.", opening_hours).without_sign_in();
//
// Whoever lacks a scope sees what needs it, and is asked for the scope when it is used. Whoever lacks a permission, the
// role, a feature or a plan cannot get it by asking: to them it is not there at all. Who acts as a user sees what that
// user sees, and is told so when they use what is for the user alone (tool.hpp).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "postern/mcp/icon.hpp"

namespace postern::mcp {

struct Declaration {
  std::string name;
  std::string description;
  std::string title{};                     // for people; empty: the name
  bool open_to_anyone = false;             // or else to those who are signed in
  std::vector<std::string> scopes{};       // all of them are needed
  std::vector<std::string> permissions{};  // and all of these
  std::vector<std::string> features{};
  std::vector<std::string> plans{};
  std::string role{};  // and this one, if it is not empty
  std::vector<Icon> icons{};
  std::vector<std::string> mistakes{};  // what the builder saw that contradicts itself: App::check() tells them

  // Not there for everybody.
  [[nodiscard]] bool is_guarded() const {
    return !permissions.empty() || !role.empty() || !features.empty() || !plans.empty();
  }
};

// Says more about what was just declared. Of use only in the statement that declares it.
template <class Declared>
class Builder {
 public:
  explicit Builder(Declared& declared) : declared_(declared) {}

  auto&& title(this auto&& self, std::string title) {
    self.declared_.title = std::move(title);
    return self;
  }
  // One for each size and theme that there is.
  auto&& icon(this auto&& self, Icon icon) {
    self.declared_.icons.push_back(std::move(icon));
    return self;
  }
  // May be used by those who were granted this scope. It must be one of the app's.
  auto&& needs_scope(this auto&& self, std::string scope) {
    self.declared_.scopes.push_back(std::move(scope));
    return self;
  }
  // Is there for those only who have this permission in their organization: "org:<feature>:<permission>".
  auto&& needs_permission(this auto&& self, std::string permission) {
    self.declared_.permissions.push_back(std::move(permission));
    return self;
  }
  // Is there for those only who have this role in their organization: "org:<role>". One at most: what several roles may
  // use needs a permission that they share.
  auto&& needs_role(this auto&& self, std::string role) {
    if (!self.declared_.role.empty()) self.mistake("needs two roles, and nobody has more than one");
    self.declared_.role = std::move(role);
    return self;
  }
  // Is there for those only whose plan has this feature at Clerk: "org:<feature>" of their organization's plan,
  // "user:<feature>" of their own, or "<feature>" of either.
  auto&& needs_feature(this auto&& self, std::string feature) {
    self.declared_.features.push_back(std::move(feature));
    return self;
  }
  // Is there for those only who are on this plan, which is named in the same way.
  auto&& needs_plan(this auto&& self, std::string plan) {
    self.declared_.plans.push_back(std::move(plan));
    return self;
  }
  // May be used by anybody, signed in or not.
  auto&& without_sign_in(this auto&& self) {
    self.declared_.open_to_anyone = true;
    return self;
  }

 protected:
  // `what` goes on after the name of what was declared.
  void mistake(std::string what) { declared_.mistakes.push_back(std::move(what)); }

  Declared& declared_;
};

}  // namespace postern::mcp
