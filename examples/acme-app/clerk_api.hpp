// The four calls that the shop makes to Clerk's Backend API, with its secret key.
//
//   CO_TRY(auto people, co_await clerk.list_members("org_1"));
//
// A failure is an Error::Kind::unavailable whose message says nothing of Clerk's answer, but not_found where that is
// one.
#pragma once

#include <string>
#include <vector>

#include "acme-app/settings.hpp"
#include "postern/base/task.hpp"
#include "postern/json/value.hpp"
#include "postern/ports/fetch.hpp"

namespace acme {

struct Person {
  std::string id;
  std::string name;
  std::string email;
};

class ClerkApi {
 public:
  // Both outlive it.
  ClerkApi(const Settings& settings, postern::Fetch& fetch) : settings_(settings), fetch_(fetch) {}

  // The first hundred of an organization.
  postern::Task<postern::Result<std::vector<Person>>> list_members(std::string organization_id);
  postern::Task<postern::Result<Person>> get_user(std::string user_id);
  // The Set-Cookie texts that a browser is to get, for the nonce that it came back with from a handshake.
  postern::Task<postern::Result<std::vector<std::string>>> handshake_cookies(std::string nonce);
  postern::Task<postern::Result<void>> revoke_session(std::string session_id);

 private:
  postern::Task<postern::Result<postern::json::Value>> call(postern::http::Method method, std::string path);

  const Settings& settings_;
  postern::Fetch& fetch_;
};

}  // namespace acme
