#include "postern/oauth/pending_authorization.hpp"

#include <utility>

#include "postern/oauth/record.hpp"

namespace postern::oauth {

namespace {

std::string_view to_string(Approval approval) {
  switch (approval) {
    case Approval::asked:
      return "asked";
    case Approval::to_be_remembered:
      return "to_be_remembered";
    case Approval::remembered:
      return "remembered";
  }
  return "asked";
}

std::optional<Approval> parse_approval(std::string_view text) {
  using enum Approval;
  for (const Approval approval : {asked, to_be_remembered, remembered})
    if (to_string(approval) == text) return approval;
  return std::nullopt;
}

}  // namespace

Result<PendingAuthorization> PendingAuthorization::from_record(std::string_view record) {
  RecordReader reader{record};
  const auto approval = parse_approval(reader.text("approval"));
  PendingAuthorization pending{.client_id = reader.text("client_id"),
                               .client_name = reader.text("client_name"),
                               .redirect_uri = reader.text("redirect_uri"),
                               .state = reader.text("state"),
                               .code_challenge = reader.text("code_challenge"),
                               .resource = reader.text("resource"),
                               .scopes = reader.texts("scopes"),
                               .approval = approval.value_or(Approval::asked),
                               .browser_hash = reader.text("browser_hash"),
                               .started_at = reader.time("started_at")};
  TRY(reader.check());
  if (!approval) return fail(Error::Kind::internal, "A stored request was approved in a way that does not exist.");
  return pending;
}

std::string PendingAuthorization::to_record() const {
  return json::serialize(json::Object{{"client_id", client_id},
                                      {"client_name", client_name},
                                      {"redirect_uri", redirect_uri},
                                      {"state", state},
                                      {"code_challenge", code_challenge},
                                      {"resource", resource},
                                      {"scopes", to_json(scopes)},
                                      {"approval", to_string(approval)},
                                      {"browser_hash", browser_hash},
                                      {"started_at", to_json(started_at)}});
}

Task<Result<std::optional<PendingAuthorization>>> take_pending(Context& context, const http::Request& request,
                                                               BrowserCookie cookie, std::string key) {
  CO_TRY(auto kept, co_await context.ports.store.get(key));
  if (!kept) co_return std::nullopt;
  CO_TRY(auto pending, PendingAuthorization::from_record(kept->value));
  if (!is_same_browser(cookie, context, request, pending.browser_hash)) co_return std::nullopt;
  CO_TRY(auto taken, co_await context.ports.store.take(std::move(key)));
  if (!taken) co_return std::nullopt;
  co_return pending;
}

}  // namespace postern::oauth
