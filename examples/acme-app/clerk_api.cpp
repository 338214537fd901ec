#include "acme-app/clerk_api.hpp"

#include "postern/uri/percent.hpp"

namespace acme {

using namespace postern;

namespace {

std::unexpected<Error> no_sense() {
  return fail(Error::Kind::unavailable, "The sign-in service gave no usable answer.");
}

Result<Person> read_person(const json::Value& value) {
  if (!value.is_object()) return no_sense();
  const json::Object& user = value.get_object();
  const auto id = json::find_string(user, "id");
  if (!id) return no_sense();
  Person person{.id = std::string(*id), .name = {}, .email = {}};
  for (const auto part : {"first_name", "last_name"}) {
    const auto text = json::find_string(user, part);
    if (text) person.name += (person.name.empty() ? "" : " ") + std::string(*text);
  }
  const json::Value* emails = json::find(user, "email_addresses");
  if (emails && emails->is_array() && !emails->get_array().empty() && emails->get_array()[0].is_object()) {
    person.email = json::find_string(emails->get_array()[0].get_object(), "email_address").value_or("");
  }
  if (person.name.empty()) person.name = person.email.empty() ? person.id : person.email;
  return person;
}

}  // namespace

Task<Result<json::Value>> ClerkApi::call(http::Method method, std::string path) {
  FetchRequest request{.method = method, .url = settings_.clerk_api_url + path};
  request.headers.set("Authorization", "Bearer " + std::string(settings_.secret_key.reveal()));
  request.headers.set("Clerk-API-Version", "2026-05-12");
  request.headers.set("Content-Type", "application/json");
  request.headers.set("User-Agent", "acme-app");
  const auto response = co_await fetch_.fetch(std::move(request));
  if (!response) co_return no_sense();
  if (response->status == 404) co_return fail(Error::Kind::not_found, "The sign-in service knows no such thing.");
  if (response->status != 200) co_return no_sense();
  co_return json::parse(response->body, {.values_max = 100'000});
}

Task<Result<std::vector<Person>>> ClerkApi::list_members(std::string organization_id) {
  CO_TRY(const auto users,
         co_await call(http::Method::get, "/v1/users?limit=100&order_by=%2Bcreated_at&organization_id=" +
                                              uri::percent_encode(organization_id)));
  if (!users.is_array()) co_return no_sense();
  std::vector<Person> people;
  for (const json::Value& user : users.get_array()) {
    CO_TRY(auto person, read_person(user));
    people.push_back(std::move(person));
  }
  co_return people;
}

Task<Result<Person>> ClerkApi::get_user(std::string user_id) {
  CO_TRY(const auto user, co_await call(http::Method::get, "/v1/users/" + uri::percent_encode(user_id)));
  co_return read_person(user);
}

Task<Result<std::vector<std::string>>> ClerkApi::handshake_cookies(std::string nonce) {
  const std::string path = "/v1/clients/handshake_payload?nonce=" + uri::percent_encode(nonce);
  CO_TRY(const auto payload, co_await call(http::Method::get, path));
  const json::Value* directives = json::find(payload, "directives");
  if (!directives || !directives->is_array()) co_return no_sense();
  std::vector<std::string> cookies;
  for (const json::Value& directive : directives->get_array()) {
    if (!directive.is_string()) co_return no_sense();
    cookies.emplace_back(directive.get_string().data(), directive.get_string().size());
  }
  co_return cookies;
}

Task<Result<void>> ClerkApi::revoke_session(std::string session_id) {
  const std::string path = "/v1/sessions/" + uri::percent_encode(session_id) + "/revoke";
  CO_TRY(const auto session, co_await call(http::Method::post, path));
  co_return Result<void>{};
}

}  // namespace acme
