#include "acme-app/bearer.hpp"

#include <chrono>

namespace acme {

using namespace postern;

namespace {

constexpr std::string_view template_category = "cl_B7d4PD222AAA";
constexpr std::chrono::minutes template_lifetime_max{10};

std::unexpected<Error> refuse() {
  return fail(Error::Kind::unauthorized, "A valid token of the signed-in user is needed.");
}

}  // namespace

Bearer::Bearer(const Settings& settings, clerk::SessionTokenVerifier& verifier, clerk::KeySet& keys, Clock& clock)
    : template_policy_{.issuer = settings.publishable_key.issuer(),
                       .audience = settings.api_audience,
                       .authorized_parties = {},
                       .lifetime_max = template_lifetime_max},
      verifier_(verifier),
      keys_(keys),
      clock_(clock) {}

Task<Result<Caller>> Bearer::authenticate(const http::Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string* authorization = request.headers.find_only("Authorization");
  if (!authorization || authorization->size() <= scheme.size()) co_return refuse();
  if (!http::equal_ignoring_case(authorization->substr(0, scheme.size()), scheme)) co_return refuse();
  std::string token = authorization->substr(scheme.size());
  auto jws = jose::UnverifiedJws::parse(token);
  if (!jws) co_return refuse();
  if (jws->header().cat == template_category) co_return co_await verify_template_token(*std::move(jws));
  CO_TRY(auto claims, co_await verifier_.verify(std::move(token)));
  co_return Caller{.user_id = std::move(claims.user_id),
                   .organization_id = claims.organization ? std::move(claims.organization->id) : std::string{}};
}

Task<Result<Caller>> Bearer::verify_template_token(jose::UnverifiedJws jws) {
  if (jws.header().algorithm != jose::Algorithm::rs256 || jws.header().typ.value_or("JWT") != "JWT") co_return refuse();
  const auto keys = co_await keys_.find(jws.header().kid);
  if (!keys) co_return std::unexpected(keys.error());
  for (const jose::Key& key : *keys) {
    const auto jwt = jose::verify(jws, key, template_policy_, clock_.now());
    if (jwt && jwt->registered().subject.starts_with("user_")) {
      co_return Caller{.user_id = jwt->registered().subject,
                       .organization_id = std::string{json::find_string(jwt->claims(), "org_id").value_or("")}};
    }
  }
  co_return refuse();
}

}  // namespace acme
