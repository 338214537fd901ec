#include "postern/jose/jwt.hpp"

#include <doctest/doctest.h>

#include <format>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "postern/base/encoding.hpp"
#include "postern/testing/test_ports.hpp"

namespace postern::jose {
namespace {

json::Value read_vectors() {
  std::ifstream file{"framework/postern/jose/testdata/jwt_vectors.json"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return json::parse(text, {.values_max = 100'000}).value();
}
std::string text_of(const json::Object& object, std::string_view name) {
  return std::string{json::find_string(object, name).value()};
}

Key import(Crypto& crypto, std::string_view jwk) {
  return Key::import(crypto, Jwk::parse(json::parse(jwk).value()).value()).value();
}

Result<VerifiedJwt, JwtError> judge(std::string_view token, const Key& key, const ClaimsPolicy& policy, TimePoint now) {
  TRY(const auto jws, UnverifiedJws::parse(token));
  return verify(jws, key, policy, now);
}

// The claims of RFC 7515 appendices A.2 and A.3: iss "joe", exp 1300819380.
constexpr std::string_view joe_claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

}  // namespace

TEST_CASE("RFC 7515 appendix A.2: RS256") {
  testing::TestPorts test;
  const Key key = import(
      test.crypto,
      R"({"kty":"RSA","kid":"a","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})");
  const std::string token =
      std::format("eyJhbGciOiJSUzI1NiJ9.{}.{}", joe_claims,
                  "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
                  "O8W2Fp5jujGbds9uJdbF9CUAr7t1"
                  "dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
                  "eSN9383LcOLn6_dO--xi12jzDwu"
                  "sC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_"
                  "IoypGlUPQGe77Rw");
  const auto jwt = judge(token, key, {.issuer = "joe"}, from_unix_seconds(1300819379));
  REQUIRE(jwt);
  CHECK(jwt->registered().expires_at == from_unix_seconds(1300819380));
  CHECK(jwt->claims().at("http://example.com/is_root") == true);
}

TEST_CASE("RFC 7515 appendix A.3: ES256") {
  testing::TestPorts test;
  const Key key = import(
      test.crypto,
      R"({"kty":"EC","kid":"a","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
  const std::string token =
      std::format("eyJhbGciOiJFUzI1NiJ9.{}.{}", joe_claims,
                  "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(judge(token, key, {.issuer = "joe"}, from_unix_seconds(1300819379)));
}

TEST_CASE("RFC 8037 appendix A.4: Ed25519") {
  testing::TestPorts test;
  const Key key = import(
      test.crypto, R"({"kty":"OKP","kid":"a","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  const auto jws = UnverifiedJws::parse(
      "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  REQUIRE(jws);
  CHECK(jws->open(key) == "Example of Ed25519 signing");
}

TEST_CASE("good and hostile tokens get the verdict of another implementation, or a stricter one by decision") {
  testing::TestPorts test;
  const json::Value document = read_vectors();
  const json::Object& vectors = document.as_object();
  std::map<std::string, Key> keys;
  for (const json::Value& jwk : vectors.at("keys").as_array()) {
    auto key = Key::import(test.crypto, Jwk::parse(jwk).value()).value();
    std::string kid = key.kid();
    keys.emplace(std::move(kid), std::move(key));
  }
  const ClaimsPolicy policy{.issuer = text_of(vectors, "issuer"), .audience = text_of(vectors, "audience")};
  const TimePoint now = from_unix_seconds(vectors.at("now").as_int64());

  const json::Array& rows = vectors.at("rows").as_array();
  CHECK(rows.size() > 400);
  for (const json::Value& entry : rows) {
    const json::Object& row = entry.as_object();
    const std::string name = text_of(row, "name");
    const std::string verdict = text_of(row, "jose");
    const auto jwt = judge(text_of(row, "token"), keys.at(text_of(row, "key")), policy, now);
    CAPTURE(name);
    CAPTURE(verdict);
    CHECK(jwt.has_value() == (verdict == "ok" && json::find(row, "stricter") == nullptr));
  }
}

TEST_CASE("a signature is checked before any claim, so an error tells a stranger nothing about his own payload") {
  testing::TestPorts test;
  const Key key = import(
      test.crypto, R"({"kty":"OKP","kid":"a","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  for (std::string_view payload : {"not json", R"({"exp":1})", R"({"iss":"other","exp":9999999999})"}) {
    const std::string token = std::format("{}.{}.{}", base64url_encode(R"({"alg":"EdDSA"})"), base64url_encode(payload),
                                          base64url_encode(std::string(64, '\x01')));
    CHECK(judge(token, key, {.issuer = "x"}, test.clock.now()).error() == JwtError::bad_signature);
  }
}

TEST_CASE("a policy may demand authorized parties and a short life") {
  testing::TestPorts test;
  const json::Value document = read_vectors();
  const json::Object& vectors = document.as_object();
  const json::Object& row =
      vectors.at("rows").as_array().at(0).as_object();  // by RS256-first, exp - iat = 60 s, no azp
  const Key key = Key::import(test.crypto, Jwk::parse(vectors.at("keys").as_array().at(0)).value()).value();
  const TimePoint now = from_unix_seconds(vectors.at("now").as_int64());
  ClaimsPolicy policy{.issuer = text_of(vectors, "issuer")};
  const std::string token = text_of(row, "token");

  policy.lifetime_max = std::chrono::seconds{60};
  CHECK(judge(token, key, policy, now));
  policy.lifetime_max = std::chrono::seconds{59};
  CHECK(judge(token, key, policy, now).error() == JwtError::lifetime_too_long);
  policy.lifetime_max.reset();
  policy.authorized_parties = {"https://app.example.com"};
  CHECK(judge(token, key, policy, now).error() == JwtError::wrong_authorized_party);
}

TEST_CASE("a token may be 8 KiB long and no longer") {
  CHECK(UnverifiedJws::parse(std::string(8 * 1024 + 1, 'a')).error() == JwtError::too_long);
  CHECK(UnverifiedJws::parse(std::string(8 * 1024, 'a')).error() == JwtError::malformed);
}

}  // namespace postern::jose
