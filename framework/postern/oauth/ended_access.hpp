// Something that grants rest on is no more: a session, a user, a user's membership, an organisation.
#pragma once

#include <string>

#include "postern/base/time.hpp"

namespace postern::oauth {

// At least one of user and organisation is named.
struct EndedAccess {
  std::string user_id;          // empty: everybody's
  std::string session_id;       // empty: whichever session they were made in
  std::string organization_id;  // empty: whichever organisation they are bound to
  TimePoint ended_at;           // what was granted later stands
};

}  // namespace postern::oauth
