// What the page says on which people choose for which organization they connect an assistant: names, each escaped and
// kept apart from the words around it, and what tells those of one name apart.
#pragma once

#include <string>
#include <vector>

#include "postern/oauth/settings.hpp"
#include "postern/oauth/sign_in.hpp"

namespace postern::oauth {

struct OrganizationChoice {
  std::string handle;
  std::string client_name;
  std::string user_name;                    // may be empty
  std::vector<Organization> organizations;  // a nameless one is the user's own account
  std::string open_now;                     // which of them is active where the user is signed in
  std::string proposed;                     // which of them is chosen at first
};

// The HTML inside <main>.
[[nodiscard]] std::string organization_html(const Settings& settings, const OrganizationChoice& choice);

}  // namespace postern::oauth
