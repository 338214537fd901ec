#include "emulators/clerk/user_json.hpp"

#include "emulators/clerk/call.hpp"

namespace postern::emulator {

namespace {

constexpr std::int64_t lockout_seconds = 3600;

// What the administrator entered counts as verified, and all users of the emulator were entered so.
json::Object verification() {
  return {{"object", "verification_admin"},
          {"status", "verified"},
          {"strategy", "admin"},
          {"attempts", nullptr},
          {"expire_at", nullptr}};
}

json::Object to_json(const Contact& contact, std::string_view kind, const User& user) {
  return {{"id", contact.id},
          {"object", kind},
          {kind, contact.text},
          {"reserved", false},
          {"verification", verification()},
          {"linked_to", json::Array{}},
          {"created_at", milliseconds(user.created_at)},
          {"updated_at", milliseconds(user.created_at)}};
}

json::Array to_json(const std::vector<Contact>& contacts, std::string_view kind, const User& user) {
  json::Array array;
  for (const Contact& contact : contacts) array.push_back(to_json(contact, kind, user));
  return array;
}

json::Value id_of_first(const std::vector<Contact>& contacts) {
  return contacts.empty() ? json::Value(nullptr) : json::Value(contacts.front().id);
}

json::Value time_or_null(const std::optional<TimePoint>& time) {
  return time ? json::Value(milliseconds(*time)) : json::Value(nullptr);
}

}  // namespace

json::Object to_json(const User& user) {
  return {{"id", user.id},
          {"object", "user"},
          {"external_id", or_null(user.external_id)},
          {"primary_email_address_id", id_of_first(user.email_addresses)},
          {"primary_phone_number_id", id_of_first(user.phone_numbers)},
          {"primary_web3_wallet_id", nullptr},
          {"username", or_null(user.username)},
          {"first_name", or_null(user.first_name)},
          {"last_name", or_null(user.last_name)},
          {"locale", nullptr},
          {"has_image", false},
          {"image_url", ""},
          {"public_metadata", user.public_metadata},
          {"private_metadata", user.private_metadata},
          {"unsafe_metadata", user.unsafe_metadata},
          {"email_addresses", to_json(user.email_addresses, "email_address", user)},
          {"phone_numbers", to_json(user.phone_numbers, "phone_number", user)},
          {"web3_wallets", json::Array{}},
          {"passkeys", json::Array{}},
          {"password_enabled", user.password_enabled},
          {"two_factor_enabled", false},
          {"totp_enabled", false},
          {"backup_code_enabled", false},
          {"mfa_enabled_at", nullptr},
          {"mfa_disabled_at", nullptr},
          {"external_accounts", json::Array{}},
          {"saml_accounts", json::Array{}},
          {"enterprise_accounts", json::Array{}},
          {"last_sign_in_at", time_or_null(user.last_sign_in_at)},
          {"banned", user.banned},
          {"locked", user.locked},
          {"lockout_expires_in_seconds", user.locked ? json::Value(lockout_seconds) : json::Value(nullptr)},
          {"verification_attempts_remaining", user.locked ? 0 : 100},
          {"updated_at", milliseconds(user.updated_at)},
          {"created_at", milliseconds(user.created_at)},
          {"delete_self_enabled", true},
          {"create_organization_enabled", true},
          {"last_active_at", time_or_null(user.last_sign_in_at)},
          {"legal_accepted_at", nullptr}};
}

}  // namespace postern::emulator
