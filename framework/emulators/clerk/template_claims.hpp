// A JWT template's claims with their shortcodes filled in (clerk.md 2.3).
//
//   {"aud":"https://app","email":"{{user.primary_email_address}}","plan":"{{user.public_metadata.plan || 'free'}}"}
//
// A text that is one shortcode and nothing else becomes the value, of its own type; within other text it becomes text.
// Operands of || are tried in turn: the first that is neither null nor false, else the last. Unknown ones are null.
#pragma once

#include "emulators/clerk/model.hpp"
#include "postern/json/value.hpp"

namespace postern::emulator {

struct TemplateSubject {
  const User* user = nullptr;
  const Organization* organization = nullptr;  // the active one, or null
  const Membership* membership = nullptr;
  const json::Object* actor = nullptr;  // who acts as the user, or null
};

[[nodiscard]] json::Object fill_in(const json::Object& claims, const TemplateSubject& subject);

}  // namespace postern::emulator
