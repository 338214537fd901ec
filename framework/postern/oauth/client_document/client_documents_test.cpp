#include "postern/oauth/client_document/client_documents.hpp"

#include <doctest/doctest.h>

#include "postern/base/concat.hpp"
#include "postern/oauth/testing/flow.hpp"

namespace postern::oauth {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view address = "https://assistant.test/client.json";
constexpr std::string_view members =
    R"("client_name":"Test Assistant","redirect_uris":["https://assistant.test/cb","http://127.0.0.1/cb"])";

const http::HeaderMap json_type{{"Content-Type", "application/json"}};

std::string document_of(std::string_view client_id, std::string_view other_members = members) {
  return concat(R"({"client_id":")", client_id, "\",", other_members, "}");
}

http::HeaderMap cached(std::string_view cache_control) {
  return {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", cache_control}};
}

// A server, and the document at `address` as it should be.
struct DocumentFlow : Flow {
  explicit DocumentFlow(std::string_view at = issuer) : Flow(at) { publish(json_type); }
  void publish(http::HeaderMap headers) {
    host.fetch.when(std::string{address}).answer(200, document_of(address), headers);
  }
  int ask(std::string_view client_id = address) { return get(authorize_target(client_id)).status; }
  std::size_t fetched() { return host.fetch.count(address); }
};

}  // namespace

TEST_CASE("a client whose id is the address of its document connects without a registration") {
  DocumentFlow flow;
  CHECK(flow.get("/.well-known/oauth-authorization-server")
            .body.contains(R"("client_id_metadata_document_supported":true)"));
  const http::Response tokens = flow.redeem(address, flow.code_for(address));
  CHECK(tokens.status == 200);
  CHECK(flow.use(member(tokens, "access_token")) == 200);
  CHECK(flow.refresh(address, member(tokens, "refresh_token")).status == 200);
  const http::Request revocation = [&] {
    http::Request request = Flow::token_request({{"client_id", address}, {"token", member(tokens, "access_token")}});
    request.target = "/revoke";
    return request;
  }();
  CHECK(flow.send(revocation).status == 200);
  CHECK(flow.use(member(tokens, "access_token")) == 401);
  CHECK(flow.fetched() == 1);
}

TEST_CASE("a stranger's address is fetched under the rule for strangers, with little time and room") {
  DocumentFlow flow;
  REQUIRE(flow.ask() == 200);
  const FetchRequest& request = flow.host.fetch.requests().front();
  CHECK(request.method == http::Method::get);
  CHECK(request.destination == Destination::public_only);
  CHECK(request.response_bytes_max == 5 * 1024);  // draft sec. 6.6
  CHECK(request.timeout == 5s);
  CHECK(request.headers.find("Authorization") == nullptr);
  CHECK(request.headers.find("Cookie") == nullptr);
}

TEST_CASE("the consent page shows the site that the document comes from") {
  DocumentFlow flow;
  const http::Response page = flow.get(Flow::authorize_target(address));
  CHECK(page.body.contains("This site vouches for it"));
  CHECK(page.body.contains("<p class=\"place\">assistant.test</p>"));
  CHECK_FALSE(flow.get(Flow::authorize_target(flow.register_public())).body.contains("vouches"));
}

TEST_CASE("an address that is none for a document is refused unfetched, on a page and not by a redirect") {
  DocumentFlow flow;
  for (std::string_view id : {
           "http://assistant.test/client.json",
           "https://assistant.test",
           "https://assistant.test/",
           "https://assistant.test/?x=/client.json",
           "https://assistant.test/client.json#x",
           "https://user@assistant.test/client.json",
           "https://user:pw@assistant.test/client.json",
           "https://assistant.test/../client.json",
           "https://assistant.test/x/%2e%2e/client.json",
           "https://assistant.test/./client.json",
           "https://assistant.test\\client.json",
           "https:///client.json",
           "https://0x7f.1/client.json",
           "http://127.0.0.1/client.json",
           "http://localhost:1/client.json",
           "ftp://assistant.test/client.json",
           "file:///etc/passwd",
           "javascript://assistant.test/%0aalert(1)",
       }) {
    CAPTURE(id);
    const http::Response response = flow.get(Flow::authorize_target(id));
    CHECK(response.status == 400);
    CHECK(location(response).empty());
  }
  CHECK(flow.ask("https://assistant.test/" + std::string(512, 'x')) == 400);
  CHECK(flow.host.fetch.requests().empty());
}

TEST_CASE("only a document that is all it must be names a client, and no other is kept") {
  struct Row {
    std::string_view why;
    int status;
    std::string body;
    http::HeaderMap headers;
  };
  const std::string good = document_of(address);
  const Row rows[] = {
      {"a redirect, which is not followed", 302, good, {{"Location", "https://assistant.test/other.json"}}},
      {"not found", 404, good, json_type},
      {"another success than 200", 206, good, json_type},
      {"another type", 200, good, {{"Content-Type", "text/html"}}},
      {"no type", 200, good, {}},
      {"two types", 200, good, {{"Content-Type", "application/json"}, {"Content-Type", "application/json"}}},
      {"larger than 5 KB", 200, good + std::string(5 * 1024, ' '), json_type},
      {"no JSON", 200, "<html>", json_type},
      {"no object", 200, "[" + good + "]", json_type},
      {"two ids", 200, concat(R"({"client_id":"https://evil.test/c.json",)", good.substr(1)), json_type},
      {"another's id", 200, document_of("https://other.test/client.json"), json_type},
      {"its id in other letters", 200, document_of("https://ASSISTANT.test/client.json"), json_type},
      {"no id", 200, concat("{", members, "}"), json_type},
      {"no name", 200, document_of(address, R"("redirect_uris":["https://assistant.test/cb"])"), json_type},
      {"no redirects", 200, document_of(address, R"("client_name":"X")"), json_type},
      {"a bad redirect", 200, document_of(address, R"j("client_name":"X","redirect_uris":["javascript:alert(1)"])j"),
       json_type},
      {"a secret", 200, document_of(address, concat(members, R"(,"client_secret":"x")")), json_type},
      {"a secret's end", 200, document_of(address, concat(members, R"(,"client_secret_expires_at":0)")), json_type},
      {"client_secret_post", 200,
       document_of(address, concat(members, R"(,"token_endpoint_auth_method":"client_secret_post")")), json_type},
      {"private_key_jwt", 200,
       document_of(address, concat(members, R"(,"token_endpoint_auth_method":"private_key_jwt")")), json_type},
      {"another grant", 200, document_of(address, concat(members, R"(,"grant_types":["implicit"])")), json_type},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    DocumentFlow flow;
    flow.host.fetch.when(std::string{address}).answer(row.status, row.body, row.headers).answer(200, good, json_type);
    const http::Response response = flow.get(Flow::authorize_target(address));
    CHECK(response.status == 400);
    CHECK(location(response).empty());
    CHECK(flow.ask() == 200);
    CHECK(flow.fetched() == 2);
  }
}

TEST_CASE("a redirect that the document does not name is refused") {
  DocumentFlow flow;
  CHECK(flow.get(Flow::authorize_target(address, {{"redirect_uri", "https://assistant.test/other"}})).status == 400);
  CHECK(flow.get(Flow::authorize_target(address, {{"redirect_uri", "http://127.0.0.1:4711/cb"}})).status == 200);
}

TEST_CASE("a document is fresh for as long as its headers say, within our bounds (RFC 9111)") {
  struct Row {
    std::string_view cache_control;
    Duration fresh_for;
  };
  for (auto [cache_control, fresh_for] :
       {Row{"", 5min}, Row{"max-age=600", 10min}, Row{"max-age=0", 1min}, Row{"no-cache", 1min},
        Row{"max-age=31536000", 24h}, Row{"no-store", 0min}, Row{"private, max-age=600", 0min}}) {
    CAPTURE(cache_control);
    DocumentFlow flow;
    flow.publish(cached(cache_control));
    REQUIRE(flow.ask() == 200);
    if (fresh_for > 0min) {
      flow.host.clock.advance(fresh_for - 1ms);
      CHECK(flow.ask() == 200);
      CHECK(flow.fetched() == 1);
      flow.host.clock.advance(1ms);
    }
    CHECK(flow.ask() == 200);
    CHECK(flow.fetched() == 2);
  }
}

TEST_CASE("while its site cannot answer, a stale document goes on for a day; without one, the person is told") {
  const auto fails = [](DocumentFlow& flow, int status) {
    if (status == 0)
      flow.host.fetch.when(std::string{address}).fail(Error::Kind::unavailable);
    else
      flow.host.fetch.when(std::string{address}).answer(status, "", json_type);
  };
  for (int status : {0, 500, 503, 429}) {
    CAPTURE(status);
    DocumentFlow flow;
    fails(flow, status);
    CHECK(flow.ask() == 503);
    flow.publish(cached("max-age=600"));
    CHECK(flow.ask() == 200);
    fails(flow, status);
    flow.host.clock.advance(10min + 24h - 1ms);
    CHECK(flow.ask() == 200);
    flow.host.clock.advance(1ms);
    CHECK(flow.ask() == 503);
  }
}

TEST_CASE("a document that is gone, or has become invalid, ends at once what was kept of it") {
  DocumentFlow flow;
  flow.publish(cached("max-age=60"));
  CHECK(flow.ask() == 200);
  flow.host.clock.advance(1min);
  flow.host.fetch.when(std::string{address}).answer(404, "");
  CHECK(flow.ask() == 400);
  flow.host.fetch.when(std::string{address}).answer(200, document_of("https://other.test/x"), json_type);
  CHECK(flow.ask() == 400);
}

TEST_CASE("an address that the host will not go to is refused, and what it said is for the log alone") {
  DocumentFlow flow;
  flow.host.fetch.when("https://10.0.0.1/client.json").fail(Error::Kind::invalid);
  const http::Response response = flow.get(Flow::authorize_target("https://10.0.0.1/client.json"));
  CHECK(response.status == 400);
  CHECK_FALSE(response.body.contains("scripted"));
}

TEST_CASE("however many ask for a document at once, it is fetched once; and few are fetched together") {
  DocumentFlow flow;
  flow.host.fetch.when(std::string{address}).hold().answer(200, document_of(address), json_type);
  std::vector<http::Response> answers(20);
  std::vector<Job> jobs;
  const auto one = [](Flow& to, std::string target, http::Response& answer) -> Task<void> {
    http::Request request{.method = http::Method::get, .target = std::move(target)};
    answer = co_await to.router.handle(request);
  };
  for (http::Response& answer : answers)
    jobs.push_back(Job::start(one(flow, Flow::authorize_target(address), answer), [](const std::exception_ptr&) {}));
  CHECK(flow.fetched() == 1);

  jobs.front() = Job{};  // who fetched has gone: the next one does
  CHECK(flow.fetched() == 2);

  std::vector<http::Response> others(16);
  for (std::size_t i = 0; i < others.size(); ++i) {
    const std::string other = concat("https://slow.test/", i);
    flow.host.fetch.when(other).hold().answer(404, "");
    jobs.push_back(Job::start(one(flow, Flow::authorize_target(other), others[i]), [](const std::exception_ptr&) {}));
  }
  CHECK(flow.host.fetch.waiting() == 16);
  CHECK(others.back().status == 503);

  flow.host.fetch.release(address);
  for (std::size_t i = 1; i < answers.size(); ++i) CHECK(answers[i].status == 200);
  CHECK(flow.fetched() == 2);
}

TEST_CASE("a secret does not make a client with a document confidential") {
  DocumentFlow flow;
  const std::string code = flow.code_for(address);
  uri::Form form = Flow::redemption(address, code);
  form.add("client_secret", "x");
  CHECK(flow.send(Flow::token_request(form)).status == 401);
  CHECK(flow.redeem("https://other.test/client.json", code).status == 400);
  CHECK(flow.redeem(address, code).status == 200);
}

TEST_CASE("in development a document may be on this very machine, with plain http") {
  DocumentFlow flow{"http://localhost:8788"};
  const std::string_view local = "http://127.0.0.1:9000/client.json";
  flow.host.fetch.when(std::string{local}).answer(200, document_of(local), json_type);
  CHECK(flow.ask(local) == 200);
  CHECK(flow.host.fetch.requests().back().destination == Destination::configured);
  CHECK(flow.ask() == 200);
  CHECK(flow.host.fetch.requests().back().destination == Destination::public_only);
  CHECK(flow.ask("http://assistant.test/client.json") == 400);
}

}  // namespace postern::oauth
