// Fixed ids, so that tests, orders of the example app and bookmarks mean the same person after every restart.
#include <string>
#include <utility>

#include "emulators/clerk/world.hpp"

namespace postern::emulator {

namespace {

struct Person {
  std::string_view id, email_id, first_name, last_name, email, role;
};

constexpr Person people[] = {
    {"user_AdaLovelace0000000000000001", "idn_AdaLovelace0000000000000001", "Ada", "Lovelace", "ada@acme.test",
     "org:admin"},
    {"user_GraceHopper0000000000000002", "idn_GraceHopper0000000000000002", "Grace", "Hopper", "grace@acme.test",
     "org:member"},
    {"user_KatherineJohnson00000000003", "idn_KatherineJohnson00000000003", "Katherine", "Johnson",
     "katherine@acme.test", "org:member"},
};

constexpr std::string_view acme_id = "org_Acme00000000000000000000001";
constexpr std::string_view globex_id = "org_Globex000000000000000000002";
constexpr std::string_view in_both = "user_KatherineJohnson00000000003";  // admin of the second

void add_organization(World& world, std::string_view id, std::string_view name, std::string_view slug, TimePoint at) {
  world.organizations.emplace(id, Organization{.id = std::string(id),
                                               .name = std::string(name),
                                               .slug = std::string(slug),
                                               .public_metadata = {},
                                               .created_at = at,
                                               .updated_at = at});
}

void add_member(World& world, std::string id, std::string_view organization_id, std::string_view user_id,
                std::string_view role, TimePoint at) {
  Membership membership{.id = std::move(id),
                        .organization_id = std::string(organization_id),
                        .user_id = std::string(user_id),
                        .role = std::string(role),
                        .created_at = at,
                        .updated_at = at};
  world.memberships.emplace(membership.id, std::move(membership));
}

}  // namespace

void seed(World& world) {
  using namespace std::chrono_literals;
  const TimePoint founded = std::chrono::sys_days{std::chrono::year{2026} / 1 / 5} + 9h;
  add_organization(world, acme_id, "Acme", "acme", founded);
  add_organization(world, globex_id, "Globex", "globex", founded);
  TimePoint joined = founded;
  for (const Person& person : people) {
    User user{.id = std::string(person.id)};
    user.first_name = person.first_name;
    user.last_name = person.last_name;
    user.email_addresses = {{.id = std::string(person.email_id), .text = std::string(person.email)}};
    user.password_enabled = true;
    user.created_at = user.updated_at = joined;
    add_member(world, "orgmem_" + user.id.substr(5), acme_id, user.id, person.role, joined);
    if (user.id == in_both)
      add_member(world, "orgmem_KatherineInGlobex0000000004", globex_id, user.id, "org:admin", joined);
    world.users.emplace(user.id, std::move(user));
    joined += 24h;
  }
  // A program that calls, and what it may call: the MCP server's own machine.
  constexpr std::string_view server = "mch_Server000000000000000000001", caller = "mch_Caller000000000000000000001";
  world.machines.emplace(
      server,
      Machine{
          .id = std::string(server), .name = "MCP server", .secret_key = "ak_offline_machine_server", .may_call = {}});
  world.machines.emplace(caller, Machine{.id = std::string(caller),
                                         .name = "Nightly job",
                                         .secret_key = "ak_offline_machine_caller",
                                         .may_call = {std::string(server)}});
  // What the MCP server is at the OAuth server, with AUTH_MODE=clerk-login. It asks people itself, so Clerk need not.
  OAuthApplication server_application{.id = "oa_McpServer0000000000000000001",
                                      .client_id = "offlinemcpserver",
                                      .client_secret = "offline_secret_of_the_mcp_server",
                                      .name = "MCP server",
                                      .redirect_uris = {world.settings().oauth_callback},
                                      .scopes = {"openid", "profile", "email"},
                                      .pkce_required = true,
                                      .consent_screen_enabled = false};
  server_application.created_at = server_application.updated_at = founded;
  world.oauth_applications.emplace(server_application.id, std::move(server_application));
  // What the example app takes as a bearer token: its API is the audience (clerk.md 2.3).
  JwtTemplate acme{.id = "jtmp_Postern00000000000000000001", .name = "postern"};
  acme.claims = {{"aud", "acme-app"},
                 {"org_id", "{{org.id}}"},
                 {"email", "{{user.primary_email_address}}"},
                 {"name", "{{user.full_name}}"}};
  acme.created_at = acme.updated_at = founded;
  world.templates.emplace(acme.id, std::move(acme));
}

}  // namespace postern::emulator
