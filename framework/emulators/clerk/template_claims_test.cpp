#include "emulators/clerk/template_claims.hpp"

#include <doctest/doctest.h>

using namespace postern;
using namespace postern::emulator;

TEST_CASE("shortcodes become what they name") {
  User user{.id = "user_1"};
  user.first_name = "Ada";
  user.last_name = "Lovelace";
  user.email_addresses = {{.id = "idn_1", .text = "ada@acme.test"}};
  user.public_metadata = json::parse(R"({"plan":"pro","seats":5,"off":false,"deep":{"er":[1,2]}})")->as_object();
  user.private_metadata = {{"note", "secret"}};
  const Organization organization{.id = "org_1", .name = "Acme", .slug = "acme"};
  const Membership membership{.role = "org:admin"};
  const json::Object actor{{"sub", "user_staff"}};
  const TemplateSubject subject{
      .user = &user, .organization = &organization, .membership = &membership, .actor = &actor};

  struct Row {
    std::string_view text, expected;  // both JSON
  };
  // The rules: clerk.md 2.3
  for (const Row& row : {
           Row{R"("{{user.id}}")", R"("user_1")"},
           Row{R"("{{ user.primary_email_address }}")", R"("ada@acme.test")"},
           Row{R"("{{user.full_name}}")", R"("Ada Lovelace")"},
           Row{R"("{{user.public_metadata.seats}}")", "5"},
           Row{R"("{{user.public_metadata.deep.er}}")", "[1,2]"},
           Row{R"("{{user.external_id}}")", "null"},
           Row{R"("{{user.private_metadata.note}}")", "null"},
           Row{R"("{{no.such.thing}}")", "null"},
           Row{R"("{{}}")", "null"},
           Row{R"("Dear {{user.first_name}}, {{user.public_metadata.seats}} seats")", R"("Dear Ada, 5 seats")"},
           Row{R"("id: {{user.external_id}}")", R"("id: null")"},
           Row{R"("{{user.external_id || user.first_name}}")", R"("Ada")"},
           Row{R"("{{user.external_id || user.public_metadata.off || 'none'}}")", R"("none")"},
           Row{R"("{{user.external_id || false}}")", "false"},
           Row{R"("{{user.external_id || 7}}")", "7"},
           Row{R"("{{org.role}}")", R"("org:admin")"},
           Row{R"("{{org.slug}}")", R"("acme")"},
           Row{R"("{{session.actor}}")", R"({"sub":"user_staff"})"},
           Row{R"("{{unclosed")", R"("{{unclosed")"},
           Row{R"("plain")", R"("plain")"},
           Row{R"({"a":["{{user.id}}",1]})", R"({"a":["user_1",1]})"},
       }) {
    CAPTURE(row.text);
    const json::Object filled = fill_in({{"claim", *json::parse(row.text)}}, subject);
    CHECK(json::serialize(filled.at("claim")) == row.expected);
  }
}
