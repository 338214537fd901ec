#include "emulators/clerk/emulator.hpp"

#include <doctest/doctest.h>

#include "emulators/clerk/test_emulator.hpp"

using namespace postern;
using namespace postern::emulator;
using http::Method;
using namespace std::chrono_literals;

TEST_CASE("the backend api wants the secret key, and says what is wrong with another one") {
  TestEmulator clerk;
  struct Row {
    std::string_view authorization;
    std::string_view code;
  };
  for (const Row& row :
       {Row{"", "authentication_invalid"}, Row{"Bearer sk_test_another_one", "clerk_key_invalid"},
        Row{"Bearer ", "clerk_key_invalid"}, Row{"Basic c2s6", "authorization_header_format_invalid"}}) {
    CAPTURE(row.authorization);
    clerk.headers.remove("Authorization");
    if (!row.authorization.empty()) clerk.headers.set("Authorization", row.authorization);
    for (const std::string_view path : {"/v1/jwks", "/v1/users", "/v1/users/user_x", "/v1/clients/handshake_payload"}) {
      const Reply reply = clerk.get(path);
      CHECK(reply.status == 401);
      CHECK(reply.code() == row.code);
      CHECK(reply.header("Content-Type") == "application/json");  // exactly: clerk.md 3.1
    }
  }
  CHECK(clerk.get("/.well-known/jwks.json").status == 200);
}

TEST_CASE("web pages of elsewhere cannot reach the emulator on their reader's machine") {
  TestEmulator clerk;
  struct Row {
    std::string_view host, origin;
    int status;
  };
  for (const Row& row : {Row{"127.0.0.1:8790", "", 200}, Row{"localhost:8790", "http://localhost:3000", 200},
                         Row{"rebound.example", "", 403}, Row{"127.0.0.1.example", "", 403}, Row{"", "", 403},
                         Row{"127.0.0.1:8790", "https://evil.example", 403}, Row{"127.0.0.1:8790", "null", 403}}) {
    CAPTURE(row.host);
    CAPTURE(row.origin);
    clerk.headers = {{"Host", row.host}};
    if (row.host.empty()) clerk.headers.remove("Host");
    if (!row.origin.empty()) clerk.headers.set("Origin", row.origin);
    CHECK(clerk.get("/__emulator/state").status == row.status);
    CHECK(clerk.post("/__emulator/reset").status == row.status);
  }
}

TEST_CASE("users are made, found, changed, counted and removed") {
  TestEmulator clerk;
  CHECK(clerk.get("/v1/users/count").body == R"({"object":"total_count","total_count":3})");
  const Reply made = clerk.post("/v1/users", R"({"email_address":["mary@acme.test"],"first_name":"Mary",
                                                 "password":"correct horse","public_metadata":{"a":{"b":1,"c":2}}})");
  REQUIRE(made.status == 200);  // not 201: clerk.md 3.4
  const std::string id = text_of(made.object().at("id"));
  CHECK(id.size() == 32);
  CHECK(id.starts_with("user_"));
  CHECK(made.object().at("email_addresses").as_array().at(0).as_object().at("email_address") == "mary@acme.test");
  CHECK(made.body.find("correct horse") == std::string::npos);

  CHECK(clerk.get("/v1/users?email_address=MARY%40acme.test").json().as_array().size() == 1);
  CHECK(clerk.get("/v1/users?query=mar").json().as_array().size() == 1);
  CHECK(clerk.get("/v1/users?user_id=" + id + "&user_id=" + std::string(ada)).json().as_array().size() == 2);
  CHECK(clerk.get("/v1/users?user_id=-" + id).json().as_array().size() == 3);

  CHECK(clerk.send(Method::patch, "/v1/users/" + id, R"({"first_name":null,"last_name":"Jackson"})")
            .object()
            .at("first_name")
            .is_null());
  const Reply merged =
      clerk.send(Method::patch, "/v1/users/" + id + "/metadata", R"({"public_metadata":{"a":{"b":null,"d":3}}})");
  CHECK(json::serialize(merged.object().at("public_metadata")) == R"({"a":{"c":2,"d":3}})");
  const Reply replaced = clerk.send(Method::put, "/v1/users/" + id + "/metadata", R"({"public_metadata":{"e":1}})");
  CHECK(json::serialize(replaced.object().at("public_metadata")) == R"({"e":1})");

  CHECK(clerk.send(Method::delete_, "/v1/users/" + id).object().at("deleted") == true);
  CHECK(clerk.get("/v1/users/" + id).code() == "resource_not_found");
}

TEST_CASE("bad input to the users gets Clerk's errors and changes nothing") {
  TestEmulator clerk;
  const std::string target = "/v1/users/" + std::string(ada);
  struct Row {
    Method method;
    std::string target;
    std::string_view body;
    int status;
    std::string_view code;
  };
  for (const Row& row : {
           Row{Method::post, "/v1/users", "{}", 422, "form_param_missing"},
           Row{Method::post, "/v1/users", R"({"email_address":["ADA"]})", 422, "form_param_format_invalid"},
           Row{Method::post, "/v1/users", R"({"email_address":["ada@acme.test"]})", 422, "form_identifier_exists"},
           Row{Method::post, "/v1/users", R"({"email_address":"x@acme.test"})", 422, "form_param_type_invalid"},
           Row{Method::post, "/v1/users", R"({"username":"u","public_metadata":[]})", 422, "form_param_type_invalid"},
           Row{Method::post, "/v1/users", "[]", 400, "request_body_invalid"},
           Row{Method::post, "/v1/users", "{", 400, "request_body_invalid"},
           Row{Method::patch, target, R"({"public_metadata":{}})", 422, "form_param_unknown"},
           Row{Method::patch, target, R"({"first_name":7})", 422, "form_param_type_invalid"},
           Row{Method::get, "/v1/users?limit=0", "", 422, "form_param_value_invalid"},
           Row{Method::get, "/v1/users?limit=501", "", 422, "form_param_value_invalid"},
           Row{Method::get, "/v1/users?limit=ten", "", 422, "form_param_value_invalid"},
           Row{Method::get, "/v1/users?offset=-1", "", 422, "form_param_value_invalid"},
           Row{Method::get, "/v1/users?order_by=shoe_size", "", 422, "form_param_value_invalid"},
           Row{Method::get, "/v1/users?query=%zz", "", 400, "request_invalid"},
           Row{Method::get, "/v1/users/user_nobody", "", 404, "resource_not_found"},
           Row{Method::delete_, "/v1/users/user_nobody", "", 404, "resource_not_found"},
       }) {
    CAPTURE(row.target);
    CAPTURE(row.body);
    const Reply reply = clerk.send(row.method, row.target, row.body);
    CHECK(reply.status == row.status);
    CHECK(reply.code() == row.code);
  }
  CHECK(clerk.get("/v1/users/count").object().at("total_count") == 3);
}

TEST_CASE("lists come in pages of ten, newest first, as asked") {
  TestEmulator clerk;
  for (int i = 0; i < 12; ++i) {
    clerk.clock.advance(1s);
    REQUIRE(clerk.post("/v1/users", R"({"username":"u)" + std::to_string(i) + "\"}").status == 200);
  }
  CHECK(clerk.get("/v1/users").json().as_array().size() == 10);
  CHECK(clerk.get("/v1/users").json().as_array().at(0).as_object().at("username") == "u11");
  CHECK(clerk.get("/v1/users?limit=500&offset=14").json().as_array().size() == 1);
  CHECK(clerk.get("/v1/users?offset=99").json().as_array().empty());
  CHECK(text_of(clerk.get("/v1/users?order_by=%2Bcreated_at&limit=1").json().as_array().at(0).as_object().at("id")) ==
        ada);
}

TEST_CASE("a session token has the shape of Clerk's") {  // clerk.md 2.1, 2.2
  TestEmulator clerk;
  const std::string session = clerk.start_session(ada);
  const Reply reply = clerk.post("/v1/sessions/" + session + "/tokens");
  REQUIRE(reply.status == 200);
  CHECK(reply.object().at("object") == "token");
  const std::string jwt = text_of(reply.object().at("jwt"));
  REQUIRE(clerk.emulator.world().key().verify(jwt).has_value());

  const json::Object header = part_of(jwt, 0), claims = part_of(jwt, 1);
  CHECK(header.at("alg") == "RS256");
  CHECK(header.at("typ") == "JWT");
  CHECK(header.at("cat") == "cl_B7d4PD111AAA");
  CHECK(header.at("kid") == clerk.get("/v1/jwks").object().at("keys").as_array().at(0).as_object().at("kid"));
  const std::int64_t now = to_unix_seconds(clerk.clock.now());
  CHECK(claims.at("iat") == now);
  CHECK(claims.at("exp") == now + 60);
  CHECK(claims.at("nbf") == now - 10);
  CHECK(claims.at("iss") == "http://127.0.0.1:8790");
  CHECK(text_of(claims.at("sub")) == ada);
  CHECK(claims.at("sid") == session.c_str());
  CHECK(claims.at("sts") == "active");
  CHECK(claims.at("v") == 2);
  CHECK_FALSE(claims.contains("azp"));  // no browser asked
  CHECK_FALSE(claims.contains("o"));
}

TEST_CASE("a template token has the template's claims, no session, and a category of its own") {  // clerk.md 2.3
  TestEmulator clerk;
  const std::string session = clerk.start_session(ada);
  const Reply reply = clerk.post("/v1/sessions/" + session + "/tokens/postern", R"({"expires_in_seconds":300})");
  REQUIRE(reply.status == 200);
  const std::string jwt = text_of(reply.object().at("jwt"));
  const json::Object claims = part_of(jwt, 1);
  CHECK(part_of(jwt, 0).at("cat") == "cl_B7d4PD222AAA");
  CHECK(claims.at("aud") == "acme-app");
  CHECK(claims.at("email") == "ada@acme.test");
  CHECK(claims.at("name") == "Ada Lovelace");
  CHECK(claims.at("exp").as_int64() - claims.at("iat").as_int64() == 300);
  CHECK(claims.at("iat").as_int64() - claims.at("nbf").as_int64() == 5);
  for (const auto absent : {"sid", "v", "sts", "fva"}) CHECK_FALSE(claims.contains(absent));

  CHECK(clerk.post("/v1/sessions/" + session + "/tokens/other").code() == "resource_not_found");
  CHECK(clerk.post("/v1/sessions/" + session + "/tokens", R"({"expires_in_seconds":29})").code() ==
        "form_param_value_invalid");
}

TEST_CASE("an active organisation is in the token") {
  TestEmulator clerk;
  const Reply made = clerk.post("/v1/sessions", R"({"user_id":"user_AdaLovelace0000000000000001",
                                                    "active_organization_id":"org_Acme00000000000000000000001"})");
  REQUIRE(made.status == 200);
  const Reply token = clerk.post("/v1/sessions/" + std::string(made.object().at("id").as_string()) + "/tokens");
  CHECK(json::serialize(part_of(token.object().at("jwt").as_string(), 1).at("o")) ==
        R"({"id":"org_Acme00000000000000000000001","slg":"acme","rol":"admin"})");
  CHECK(clerk.post("/v1/sessions", R"({"user_id":"user_AdaLovelace0000000000000001","active_organization_id":"org_x"})")
            .code() == "form_param_value_invalid");
}

TEST_CASE("no token comes from a session that is over, however it ended") {
  struct Row {
    std::string_view how;
    void (*end)(TestEmulator& clerk, const std::string& session);
    std::string_view status;
  };
  const Row rows[] = {
      {"revoked", [](TestEmulator& clerk, const std::string& id) { clerk.post("/v1/sessions/" + id + "/revoke"); },
       "revoked"},
      {"ended", [](TestEmulator& clerk, const std::string& id) { clerk.post("/__emulator/sessions/" + id + "/end"); },
       "ended"},
      {"banned", [](TestEmulator& clerk, const std::string&) { clerk.post("/v1/users/" + std::string(ada) + "/ban"); },
       "revoked"},
      {"too old",
       [](TestEmulator& clerk, const std::string&) {
         clerk.post("/__emulator/clock/advance", R"({"seconds":604800})");
       },
       "expired"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.how);
    TestEmulator clerk;
    const std::string session = clerk.start_session(ada);
    const std::string other = clerk.start_session(grace);
    row.end(clerk, session);
    CHECK(text_of(clerk.get("/v1/sessions/" + session).object().at("status")) == row.status);
    CHECK(clerk.post("/v1/sessions/" + session + "/tokens").status == 404);
    CHECK(clerk.post("/v1/sessions/" + session + "/tokens/postern").code() == "resource_not_found");
    if (row.how != "too old") CHECK(clerk.post("/v1/sessions/" + other + "/tokens").status == 200);
  }
}

TEST_CASE("a deleted user takes sessions and memberships along") {
  TestEmulator clerk;
  const std::string session = clerk.start_session(ada);
  REQUIRE(clerk.send(Method::delete_, "/v1/users/" + std::string(ada)).status == 200);
  CHECK(clerk.get("/v1/sessions/" + session).status == 404);
  CHECK(clerk.get("/v1/organizations/acme/memberships").object().at("total_count") == 2);
}

TEST_CASE("sessions are listed bare, or paginated on request") {
  TestEmulator clerk;
  clerk.start_session(ada);
  clerk.start_session(grace);
  CHECK(clerk.get("/v1/sessions?user_id=" + std::string(ada)).json().as_array().size() == 1);
  CHECK(clerk.get("/v1/sessions?paginated=true&status=active").object().at("total_count") == 2);
  CHECK(clerk.get("/v1/sessions?status=asleep").code() == "form_param_value_invalid");
}

TEST_CASE("templates can be made, changed and removed, but not for claims that are the instance's") {
  TestEmulator clerk;
  const Reply made = clerk.post("/v1/jwt_templates", R"({"name":"api","claims":{"aud":"x"},"lifetime":120})");
  REQUIRE(made.status == 200);
  const std::string id = text_of(made.object().at("id"));
  CHECK(made.object().at("allowed_clock_skew") == 5);
  CHECK(clerk.send(Method::patch, "/v1/jwt_templates/" + id, R"({"lifetime":60})").object().at("lifetime") == 60);
  CHECK(clerk.post("/v1/jwt_templates", R"({"name":"api","claims":{}})").code() == "duplicate_record");
  CHECK(clerk.post("/v1/jwt_templates", R"({"name":"b","claims":{"sub":"me"}})").code() ==
        "jwt_template_reserved_claim");
  CHECK(clerk.post("/v1/jwt_templates", R"({"name":"b"})").code() == "form_param_missing");
  CHECK(clerk.post("/v1/jwt_templates", R"({"name":"b","claims":{},"lifetime":29})").code() ==
        "form_param_value_invalid");
  CHECK(clerk.get("/v1/jwt_templates?paginated=true").object().at("total_count") == 2);
  CHECK(clerk.send(Method::delete_, "/v1/jwt_templates/" + id).object().at("object") == "jwt_template");
  CHECK(clerk.get("/v1/jwt_templates/" + id).status == 404);
}

TEST_CASE("organizations know their members, and members their organizations") {
  TestEmulator clerk;
  const Reply made =
      clerk.post("/v1/organizations", R"({"name":"Acme Labs, Inc.","created_by":"user_GraceHopper0000000000000002"})");
  REQUIRE(made.status == 200);
  CHECK(made.object().at("slug") == "acme-labs-inc");
  CHECK(clerk.get("/v1/organizations/acme-labs-inc").object().at("members_count") == 1);
  CHECK(clerk.get("/v1/organizations").object().at("total_count") == 3);
  CHECK(clerk.get("/v1/users/" + std::string(grace) + "/organization_memberships").object().at("total_count") == 2);
  CHECK(clerk
            .post("/v1/organizations/acme/memberships",
                  R"({"user_id":"user_AdaLovelace0000000000000001","role":"org:admin"})")
            .code() == "already_a_member_in_organization");
  CHECK(
      clerk
          .post("/v1/organizations/acme/memberships", R"({"user_id":"user_AdaLovelace0000000000000001","role":"boss"})")
          .code() == "form_param_value_invalid");
  CHECK(clerk.get("/v1/organizations/nobody").status == 404);
}

TEST_CASE("faults come as ordered: by method and path, so many times, with what belongs to them") {
  TestEmulator clerk;
  REQUIRE(
      clerk.post("/__emulator/faults", R"({"match":"GET /v1/users","status":429,"retry_after":2,"times":2})").status ==
      200);
  for (int i = 0; i < 2; ++i) {
    const Reply reply = clerk.get("/v1/users");
    CHECK(reply.status == 429);
    CHECK(reply.header("Retry-After") == "2");
    CHECK(reply.object().contains("errors"));
  }
  CHECK(clerk.get("/v1/users").status == 200);
  clerk.post("/__emulator/faults", R"({"match":"/v1","status":500,"times":9})");
  CHECK(clerk.get("/v1/jwks").code() == "internal_clerk_error");
  CHECK(clerk.send(Method::delete_, "/__emulator/faults").status == 200);
  CHECK(clerk.get("/v1/jwks").status == 200);
  clerk.post("/__emulator/faults", R"({"match":"/v1/jwks","status":200,"body":{"keys":[]}})");
  CHECK(clerk.get("/v1/jwks").body == R"({"keys":[]})");
  CHECK(clerk.post("/__emulator/faults", R"({"match":"/"})").code() == "form_param_missing");
  CHECK(clerk.post("/__emulator/faults", R"({"match":"/","delay_ms":60001})").code() == "form_param_value_invalid");
}

TEST_CASE("a slow answer waits by the clock") {
  TestEmulator clerk;
  clerk.post("/__emulator/faults", R"({"match":"/v1/jwks","delay_ms":3000})");
  std::optional<int> status;
  auto store = [](Task<http::Response> task, std::optional<int>& out) -> Task<void> {
    out = (co_await std::move(task)).status;
  };
  http::Request request{.target = "/v1/jwks", .headers = clerk.headers};
  const Job job = Job::start(store(clerk.emulator.handle(std::move(request)), status), [](std::exception_ptr) {});
  clerk.clock.advance(2999ms);
  CHECK_FALSE(status.has_value());
  clerk.clock.advance(1ms);
  CHECK(status == 200);
}

TEST_CASE("calls are recorded without their secrets") {
  TestEmulator clerk;
  clerk.get("/v1/users?query=canary");
  clerk.get("/v1/clients/handshake_payload?nonce=canary");
  const Reply reply = clerk.get("/__emulator/calls");
  CHECK(reply.object().at("calls").as_array().size() == 2);
  CHECK(reply.object().at("calls").as_array().at(1).as_object().at("status") == 404);
  CHECK(reply.body.find("canary") == std::string::npos);
  CHECK(reply.body.find("sk_test") == std::string::npos);
}

TEST_CASE("a new key signs from then on, and the old one is gone") {
  TestEmulator clerk;
  const std::string session = clerk.start_session(ada);
  const std::string before = text_of(clerk.post("/v1/sessions/" + session + "/tokens").object().at("jwt"));
  REQUIRE(clerk.post("/__emulator/rotate-key").status == 200);
  const std::string after = text_of(clerk.post("/v1/sessions/" + session + "/tokens").object().at("jwt"));
  CHECK_FALSE(clerk.emulator.world().key().verify(before).has_value());
  CHECK(clerk.emulator.world().key().verify(after).has_value());
  CHECK(part_of(before, 0).at("kid") != part_of(after, 0).at("kid"));
}

TEST_CASE("reset gives the seeds back") {
  TestEmulator clerk;
  clerk.start_session(ada);
  clerk.send(Method::delete_, "/v1/users/" + std::string(grace));
  clerk.post("/__emulator/clock/advance", R"({"seconds":100})");
  REQUIRE(clerk.post("/__emulator/reset").status == 200);
  const json::Object state = clerk.get("/__emulator/state").object();
  CHECK(state.at("users").as_array().size() == 3);
  CHECK(state.at("sessions").as_array().empty());
  CHECK(state.at("advanced_by_seconds") == 0);
}
