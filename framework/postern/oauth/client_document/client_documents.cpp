#include "postern/oauth/client_document/client_documents.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/base/wait_list.hpp"
#include "postern/http/freshness.hpp"
#include "postern/http/media_type.hpp"
#include "postern/oauth/short_hash.hpp"

namespace postern::oauth {
namespace {

OAuthError refused(std::string_view sentence) { return {"invalid_client", sentence}; }
OAuthError unavailable() {
  return {"temporarily_unavailable", "The client's metadata document cannot be fetched now.", 503};
}

OAuthError to_oauth_error(const Error& error) {
  if (error.kind == Error::Kind::invalid)
    return refused("The client's metadata document is at an address that is not fetched from here.");
  if (error.kind == Error::Kind::limited) return refused("The client's metadata document is longer than 5 KB.");
  return unavailable();
}

Result<void, OAuthError> check_response(const FetchResponse& response) {
  if (response.status == 429 || response.status >= 500) return std::unexpected(unavailable());
  if (response.status != 200)
    return std::unexpected(refused("The client's metadata document is not there: it must be answered with 200."));
  if (!http::has_content_type(response.headers, "application/json"))
    return std::unexpected(refused("The client's metadata document must be application/json."));
  return {};
}

}  // namespace

struct ClientDocuments::UnderWay {
  WaitList landed;
  std::optional<Outcome> outcome;  // none, once landed: whoever fetched was dropped
};

class ClientDocuments::Turn {
 public:
  Turn(ClientDocuments& documents, std::string address)
      : documents_(documents), address_(std::move(address)), mine_(std::make_shared<UnderWay>()) {
    documents_.under_way_.emplace(address_, mine_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    documents_.under_way_.erase(address_);
    mine_->landed.wake_all();
  }

  void land(const Outcome& outcome) { mine_->outcome = outcome; }

 private:
  ClientDocuments& documents_;
  std::string address_;
  std::shared_ptr<UnderWay> mine_;
};

Task<Result<RegisteredClient, OAuthError>> ClientDocuments::find(std::string client_id) {
  CO_TRY(auto url, check_document_address(client_id, hosts_));
  auto kept = co_await recall(client_id);
  if (kept && ports_.clock.now() < kept->fresh_until) co_return std::move(kept->client);
  auto fetched = co_await fetch_together(std::move(url));
  if (fetched || !kept || fetched.error().status != 503) co_return fetched;
  ports_.log.write(LogLevel::warning, "client_document.stale", {{"client", short_hash(ports_.crypto, client_id)}});
  co_return std::move(kept->client);
}

Task<ClientDocuments::Outcome> ClientDocuments::fetch_together(uri::Url url) {
  for (auto found = under_way_.find(url.text()); found != under_way_.end(); found = under_way_.find(url.text())) {
    const std::shared_ptr<UnderWay> other = found->second;
    co_await other->landed.wait();
    if (other->outcome) co_return *other->outcome;
  }
  if (under_way_.size() >= client_document_limits::under_way_max) co_return std::unexpected(unavailable());
  Turn turn{*this, url.text()};
  auto outcome = co_await fetch(std::move(url));
  turn.land(outcome);
  co_return outcome;
}

Task<ClientDocuments::Outcome> ClientDocuments::fetch(uri::Url url) {
  const bool on_this_machine = hosts_ == DocumentHosts::web_and_loopback && url.is_loopback();
  FetchRequest request{.url = url.text(),
                       .destination = on_this_machine ? Destination::configured : Destination::public_only,
                       .response_bytes_max = client_document_limits::document_bytes_max};
  request.headers.set("Accept", "application/json");
  auto response = co_await ports_.fetch.fetch(std::move(request));
  if (!response) {
    ports_.log.write(LogLevel::info, "client_document.not_fetched",
                     {{"host", url.host()}, {"reason", response.error().message}});
    co_return std::unexpected(to_oauth_error(response.error()));
  }
  CO_TRY(check_response(*response));
  CO_TRY(auto client, read(url.text(), response->body));
  co_await keep(url.text(), *std::move(response));
  co_return client;
}

ClientDocuments::Outcome ClientDocuments::read(std::string_view client_id, std::string_view body) {
  RegisteredClient client;
  TRY(client.metadata_, check_client_document(client_id, body));
  client.id_ = client_id;
  return client;
}

std::string ClientDocuments::cache_key(std::string_view client_id) const {
  return "client_document/" + base64url_encode(ports_.crypto.sha256(client_id));
}

// The moment until which it is fresh stands before the text, as it outlives that moment.
Task<void> ClientDocuments::keep(std::string client_id, FetchResponse response) {
  const http::Freshness freshness = http::freshness_of(response.headers);
  if (!freshness.may_be_stored) co_return;
  const Duration fresh_for = std::clamp<Duration>(freshness.lifetime.value_or(client_document_limits::fresh_default),
                                                  client_document_limits::fresh_min, client_document_limits::fresh_max);
  const TimePoint fresh_until = ports_.clock.now() + fresh_for;
  co_await ports_.cache.put(cache_key(client_id),
                            std::to_string(fresh_until.time_since_epoch().count()) + '\n' + response.body,
                            fresh_for + client_document_limits::stale_for);
}

Task<std::optional<ClientDocuments::Kept>> ClientDocuments::recall(std::string client_id) {
  const auto text = co_await ports_.cache.get(cache_key(client_id));
  if (!text) co_return std::nullopt;
  const std::size_t line = std::min(text->find('\n'), text->size());
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + line, milliseconds);
  if (error != std::errc{} || line == text->size()) co_return std::nullopt;
  auto client = read(client_id, std::string_view{*text}.substr(line + 1));
  if (!client) co_return std::nullopt;
  co_return Kept{.client = *std::move(client), .fresh_until = TimePoint{Duration{milliseconds}}};
}

}  // namespace postern::oauth
