#include "postern/oauth/testing/flow.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "postern/json/value.hpp"

namespace postern::oauth {

std::string FakeSignIn::begin(const SignInRequest& request) {
  begun.push_back(request);
  return "https://app.test/auth/mcp?state=" + request.state;
}
Task<Result<SignedInUser>> FakeSignIn::complete(const SignInReturn& back) {
  returned.push_back(back);
  if (complete_fails) co_return std::unexpected(*complete_fails);
  const std::string* token = back.parameters.find_only("clerk_token");
  if (!token || *token != proof) co_return fail(Error::Kind::unauthorized, "no proof");
  co_return user();
}
Task<Result<SignedInUser>> FakeSignIn::recognize(std::string session_token) {
  if (complete_fails) co_return std::unexpected(*complete_fails);
  constexpr std::string_view prefix = "token-of-";
  if (!session_token.starts_with(prefix)) co_return fail(Error::Kind::unauthorized, "no token");
  SignedInUser user;
  user.user_id = session_token.substr(prefix.size());
  user.actor = actor;
  co_return user;
}
Task<std::vector<Organization>> FakeSignIn::find_organizations(std::string) { co_return organizations; }
Task<Result<SignedInUser>> FakeSignIn::confirm(const SignedInUser& user) {
  ++confirmed;
  CHECK(user.session_id == "sess_1");
  if (confirm_fails) co_return std::unexpected(*confirm_fails);
  SignedInUser now = this->user();
  now.organization_id = user.organization_id;
  now.actor = user.actor;
  co_return now;
}

Task<void> SteppedStore::pass() {
  if (!held) co_return;
  for (auto steps = disorder ? 1 + (*disorder)() % 4 : 1; steps > 0; --steps) co_await gate_.wait();
}
Task<Result<std::optional<Store::Entry>>> SteppedStore::get(std::string key) {
  co_await pass();
  co_return co_await inner_.get(std::move(key));
}
Task<Result<void>> SteppedStore::put(std::string key, std::string value, TimePoint expires_at) {
  co_await pass();
  co_return co_await inner_.put(std::move(key), std::move(value), expires_at);
}
Task<Result<bool>> SteppedStore::create(std::string key, std::string value, TimePoint expires_at) {
  co_await pass();
  co_return co_await inner_.create(std::move(key), std::move(value), expires_at);
}
Task<Result<bool>> SteppedStore::replace(std::string key, std::uint64_t version, std::string value,
                                         TimePoint expires_at) {
  co_await pass();
  co_return co_await inner_.replace(std::move(key), version, std::move(value), expires_at);
}
Task<Result<std::optional<Store::Entry>>> SteppedStore::take(std::string key) {
  co_await pass();
  co_return co_await inner_.take(std::move(key));
}
Task<Result<void>> SteppedStore::remove(std::string key) {
  co_await pass();
  co_return co_await inner_.remove(std::move(key));
}
Task<Result<std::vector<Store::KeyedEntry>>> SteppedStore::scan(std::string prefix, std::string after,
                                                                std::size_t count) {
  co_await pass();
  co_return co_await inner_.scan(std::move(prefix), std::move(after), count);
}

void Browser::keep(const http::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name != "Set-Cookie") continue;
    const std::string pair = value.substr(0, value.find(';'));
    cookies[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
}
std::string Browser::header() const {
  std::string text;
  for (const auto& [name, value] : cookies) text += (text.empty() ? "" : "; ") + name + "=" + value;
  return text;
}

Settings Flow::settings(std::string_view at, bool with_scopes) {
  Settings settings{.issuer = std::string{at},
                    .resource = std::string{at} + "/mcp",
                    .server_name = "Acme Orders",
                    .server_secret = Secret{std::string_view{"a server secret of thirty-two bytes or more"}}};
  if (with_scopes)
    settings.scopes = {{.name = "orders:read", .description = "see your orders"},
                       {.name = "orders:write", .description = "change your orders"}};
  return settings;
}

Flow::Flow(Settings given) : server(std::move(given), ports, sign_in, &recent_calls, &throttle) {
  server.add_routes(router);
  REQUIRE(run_ready(server.reread_revocations()));
}

http::Response Flow::send(http::Request request) {
  request.id = "r1";
  return run_ready(router.handle(request));
}

std::vector<http::Response> Flow::send_together(std::vector<http::Request> requests, std::optional<unsigned> seed) {
  std::vector<http::Response> responses(requests.size());
  std::vector<Job> jobs;
  auto one = [](http::Router& to, http::Request& request, http::Response& response) -> Task<void> {
    response = co_await to.handle(request);
  };
  store.held = true;
  store.disorder.reset();
  if (seed) store.disorder.emplace(*seed);
  for (std::size_t i = 0; i < requests.size(); ++i)
    jobs.push_back(Job::start(one(router, requests[i], responses[i]), [](const std::exception_ptr&) {}));
  while (store.step()) {
  }
  store.held = false;
  for (const Job& job : jobs) CHECK(job.done());
  return responses;
}

http::Response Flow::get(std::string target, Browser* browser) {
  http::Request request{.method = http::Method::get, .target = std::move(target)};
  if (browser && !browser->cookies.empty()) request.headers.set("Cookie", browser->header());
  http::Response response = send(std::move(request));
  if (browser) browser->keep(response);
  return response;
}

http::Response Flow::post_form(std::string path, const uri::Form& form, Browser* browser) {
  http::Request request{.method = http::Method::post, .target = std::move(path), .body = form.serialize()};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  request.headers.set("Sec-Fetch-Site", "same-origin");
  request.headers.set("Origin", "null");
  if (browser && !browser->cookies.empty()) request.headers.set("Cookie", browser->header());
  http::Response response = send(std::move(request));
  if (browser) browser->keep(response);
  return response;
}

http::Response Flow::post_registration(std::string body) {
  http::Request request{.method = http::Method::post, .target = "/register", .body = std::move(body)};
  request.headers.set("Content-Type", "application/json");
  return send(std::move(request));
}

std::string Flow::register_public(std::string_view name) {
  const json::Object body{{"client_name", name},
                          {"redirect_uris", {redirect_uri, "http://127.0.0.1/cb"}},
                          {"token_endpoint_auth_method", "none"}};
  const http::Response response = post_registration(json::serialize(body));
  REQUIRE(response.status == 201);
  return member(response, "client_id");
}

std::string Flow::authorize_target(std::string_view client_id, const uri::Form& changes) {
  uri::Form form;
  for (const auto& [name, value] : uri::Form{{"client_id", client_id},
                                             {"redirect_uri", redirect_uri},
                                             {"response_type", "code"},
                                             {"code_challenge", challenge},
                                             {"code_challenge_method", "S256"},
                                             {"state", "client-state"}})
    if (changes.count(name) == 0) form.add(name, value);
  for (const auto& [name, value] : changes)
    if (value != "-") form.add(name, value);
  return "/authorize?" + form.serialize();
}

std::string Flow::consent_handle(std::string_view client_id, Browser& browser, const uri::Form& changes) {
  const http::Response page = get(authorize_target(client_id, changes), &browser);
  REQUIRE(page.status == 200);
  constexpr std::string_view before = "name=\"handle\" value=\"";
  const std::size_t begin = page.body.find(before);
  REQUIRE(begin != std::string::npos);
  return page.body.substr(begin + before.size(), 43);
}

http::Response Flow::decide(std::string_view handle, std::string_view decision, Browser& browser) {
  return post_form("/authorize/consent", {{"handle", handle}, {"decision", decision}}, &browser);
}

std::string Flow::approve(std::string_view client_id, Browser& browser, const uri::Form& changes) {
  const http::Response response = decide(consent_handle(client_id, browser, changes), "approve", browser);
  REQUIRE(response.status == 303);
  REQUIRE(location(response).starts_with("https://app.test/auth/mcp"));
  return location_parameter(response, "state");
}

std::string Flow::code_for(std::string_view client_id, const uri::Form& changes) {
  Browser browser;
  const std::string state = approve(client_id, browser, changes);
  const http::Response response =
      get("/callback?" + uri::Form{{"state", state}, {"clerk_token", proof}}.serialize(), &browser);
  REQUIRE(response.status == 302);
  return location_parameter(response, "code");
}

http::Request Flow::token_request(const uri::Form& form) {
  http::Request request{.method = http::Method::post, .target = "/token", .body = form.serialize()};
  request.headers.set("Content-Type", "application/x-www-form-urlencoded");
  return request;
}
uri::Form Flow::redemption(std::string_view client_id, std::string_view code) {
  return {{"grant_type", "authorization_code"},
          {"client_id", client_id},
          {"code", code},
          {"redirect_uri", redirect_uri},
          {"code_verifier", verifier}};
}
uri::Form Flow::refreshment(std::string_view client_id, std::string_view refresh_token) {
  return {{"grant_type", "refresh_token"}, {"client_id", client_id}, {"refresh_token", refresh_token}};
}
http::Response Flow::redeem(std::string_view client_id, std::string_view code) {
  return send(token_request(redemption(client_id, code)));
}
http::Response Flow::refresh(std::string_view client_id, std::string_view refresh_token) {
  return send(token_request(refreshment(client_id, refresh_token)));
}

int Flow::use(std::string_view access_token) {
  http::Request request{.method = http::Method::post, .target = "/mcp"};
  request.headers.set("Authorization", "Bearer " + std::string{access_token});
  const auto token = server.authenticate(request);
  return token ? 200 : server.challenge(token.error()).status;
}

std::string member(const http::Response& response, std::string_view name) {
  const auto body = json::parse(response.body);
  if (!body || !body->is_object()) return {};
  return std::string{json::find_string(body->get_object(), name).value_or("")};
}
std::string header(const http::Response& response, std::string_view name) {
  const std::string* value = response.headers.find(name);
  return value ? *value : std::string{};
}
std::string location(const http::Response& response) { return header(response, "Location"); }
std::string location_parameter(const http::Response& response, std::string_view name) {
  const std::string target = location(response);
  const auto form = uri::Form::parse(target.substr(std::min(target.size(), target.find('?') + 1)));
  const std::string* value = form ? form->find_only(name) : nullptr;
  return value ? *value : std::string{};
}

}  // namespace postern::oauth
